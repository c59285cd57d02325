import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ElementsOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/ElementsOptions.md","filePath":"api/@toolloop/stream/interfaces/ElementsOptions.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/ElementsOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-elementsoptions" tabindex="-1">Interface: ElementsOptions <a class="header-anchor" href="#interface-elementsoptions" aria-label="Permalink to &quot;Interface: ElementsOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-choice"></a> <code>choice?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Which choice&#39;s content. <strong>Default</strong> <code>0</code></td></tr><tr><td><a id="property-toolcall"></a> <code>toolCall?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Look into the arguments of the tool call at this position instead of the content.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/ElementsOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ElementsOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ElementsOptions as default
};
