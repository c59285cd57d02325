import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CustomInputDelta","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/CustomInputDelta.md","filePath":"api/@toolloop/stream/interfaces/CustomInputDelta.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/CustomInputDelta.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-custominputdelta" tabindex="-1">Interface: CustomInputDelta <a class="header-anchor" href="#interface-custominputdelta" aria-label="Permalink to &quot;Interface: CustomInputDelta&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>&quot;tool_calls.custom.input.delta&quot;</code></td></tr><tr><td><a id="property-choice"></a> <code>choice</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-index"></a> <code>index</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-id"></a> <code>id</code></td><td><code>readonly</code></td><td><code>string</code></td></tr><tr><td><a id="property-name"></a> <code>name</code></td><td><code>readonly</code></td><td><code>string</code></td></tr><tr><td><a id="property-delta"></a> <code>delta</code></td><td><code>readonly</code></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/CustomInputDelta.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CustomInputDelta = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CustomInputDelta as default
};
