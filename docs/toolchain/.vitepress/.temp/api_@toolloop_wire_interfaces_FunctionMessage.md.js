import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: FunctionMessage","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/FunctionMessage.md","filePath":"api/@toolloop/wire/interfaces/FunctionMessage.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/FunctionMessage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-functionmessage" tabindex="-1"><s>Interface: FunctionMessage</s> <a class="header-anchor" href="#interface-functionmessage" aria-label="Permalink to &quot;~~Interface: FunctionMessage~~&quot;">​</a></h1><h2 id="deprecated" tabindex="-1">Deprecated <a class="header-anchor" href="#deprecated" aria-label="Permalink to &quot;Deprecated&quot;">​</a></h2><p>The result of a <code>function_call</code>; replaced by <code>ToolMessage</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-role"></a> <s><code>role</code></s></td><td><code>&quot;function&quot;</code></td></tr><tr><td><a id="property-content"></a> <s><code>content</code></s></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-name"></a> <s><code>name</code></s></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/FunctionMessage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const FunctionMessage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  FunctionMessage as default
};
