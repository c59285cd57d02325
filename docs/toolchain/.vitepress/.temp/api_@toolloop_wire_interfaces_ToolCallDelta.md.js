import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ToolCallDelta","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/ToolCallDelta.md","filePath":"api/@toolloop/wire/interfaces/ToolCallDelta.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/ToolCallDelta.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-toolcalldelta" tabindex="-1">Interface: ToolCallDelta <a class="header-anchor" href="#interface-toolcalldelta" aria-label="Permalink to &quot;Interface: ToolCallDelta&quot;">​</a></h1><p>What a tool call gains. Pieces of one call share an <code>index</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-index"></a> <code>index</code></td><td><code>number</code></td></tr><tr><td><a id="property-id"></a> <code>id?</code></td><td><code>string</code></td></tr><tr><td><a id="property-type"></a> <code>type?</code></td><td><code>&quot;function&quot;</code> | <code>&quot;custom&quot;</code></td></tr><tr><td><a id="property-function"></a> <code>function?</code></td><td><code>object</code></td></tr><tr><td><code>function.name?</code></td><td><code>string</code></td></tr><tr><td><code>function.arguments?</code></td><td><code>string</code></td></tr><tr><td><a id="property-custom"></a> <code>custom?</code></td><td><code>object</code></td></tr><tr><td><code>custom.name?</code></td><td><code>string</code></td></tr><tr><td><code>custom.input?</code></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/ToolCallDelta.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ToolCallDelta = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ToolCallDelta as default
};
