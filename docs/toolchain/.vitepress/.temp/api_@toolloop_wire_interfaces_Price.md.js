import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Price","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/Price.md","filePath":"api/@toolloop/wire/interfaces/Price.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/Price.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-price" tabindex="-1">Interface: Price <a class="header-anchor" href="#interface-price" aria-label="Permalink to &quot;Interface: Price&quot;">​</a></h1><p>US dollars per million tokens.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-input"></a> <code>input</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-output"></a> <code>output</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-cachedinput"></a> <code>cachedInput?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Cached prompt tokens. <strong>Default</strong> <code>input</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/Price.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Price = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Price as default
};
