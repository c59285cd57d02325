import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Backoff","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/Backoff.md","filePath":"api/@toolloop/transport/interfaces/Backoff.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/Backoff.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-backoff" tabindex="-1">Interface: Backoff <a class="header-anchor" href="#interface-backoff" aria-label="Permalink to &quot;Interface: Backoff&quot;">​</a></h1><p>The wait before attempt n + 1: a random part of <code>initial · 2ⁿ</code>, at most <code>max</code>. Milliseconds.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-initial"></a> <code>initial?</code></td><td><code>readonly</code></td><td><code>number</code></td><td><strong>Default</strong> <code>500</code></td></tr><tr><td><a id="property-max"></a> <code>max?</code></td><td><code>readonly</code></td><td><code>number</code></td><td><strong>Default</strong> <code>8_000</code></td></tr><tr><td><a id="property-cap"></a> <code>cap?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The longest wait a server may ask for; a longer one gives up. <strong>Default</strong> <code>60_000</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/Backoff.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Backoff = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Backoff as default
};
