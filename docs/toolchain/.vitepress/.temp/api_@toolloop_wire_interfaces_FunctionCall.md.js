import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: FunctionCall","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/FunctionCall.md","filePath":"api/@toolloop/wire/interfaces/FunctionCall.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/FunctionCall.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-functioncall" tabindex="-1">Interface: FunctionCall <a class="header-anchor" href="#interface-functioncall" aria-label="Permalink to &quot;Interface: FunctionCall&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-name"></a> <code>name</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-arguments"></a> <code>arguments</code></td><td><code>string</code></td><td>JSON as the model wrote it: it may be invalid, incomplete, or not fit the schema.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/FunctionCall.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const FunctionCall = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  FunctionCall as default
};
