import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ReasoningDetail","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/ReasoningDetail.md","filePath":"api/@toolloop/wire/interfaces/ReasoningDetail.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/ReasoningDetail.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-reasoningdetail" tabindex="-1">Interface: ReasoningDetail <a class="header-anchor" href="#interface-reasoningdetail" aria-label="Permalink to &quot;Interface: ReasoningDetail&quot;">​</a></h1><p>One block of OpenRouter&#39;s <code>reasoning_details</code>; blocks of one <code>index</code> are one block in pieces.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>string</code></td></tr><tr><td><a id="property-index"></a> <code>index?</code></td><td><code>number</code></td></tr><tr><td><a id="property-id"></a> <code>id?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-format"></a> <code>format?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-text"></a> <code>text?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-summary"></a> <code>summary?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-data"></a> <code>data?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-signature"></a> <code>signature?</code></td><td><code>string</code> | <code>null</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/ReasoningDetail.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ReasoningDetail = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ReasoningDetail as default
};
