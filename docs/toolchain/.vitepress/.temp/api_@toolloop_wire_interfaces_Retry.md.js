import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Retry","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/Retry.md","filePath":"api/@toolloop/wire/interfaces/Retry.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/Retry.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-retry" tabindex="-1">Interface: Retry <a class="header-anchor" href="#interface-retry" aria-label="Permalink to &quot;Interface: Retry&quot;">​</a></h1><p>Why and when a request is tried again.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-attempt"></a> <code>attempt</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The attempt that failed, from 1.</td></tr><tr><td><a id="property-error"></a> <code>error</code></td><td><code>readonly</code></td><td><code>Error</code></td><td>-</td></tr><tr><td><a id="property-delay"></a> <code>delay</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds until the next attempt.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/Retry.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Retry = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Retry as default
};
