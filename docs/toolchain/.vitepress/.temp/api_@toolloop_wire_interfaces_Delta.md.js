import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Delta","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/Delta.md","filePath":"api/@toolloop/wire/interfaces/Delta.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/Delta.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-delta" tabindex="-1">Interface: Delta <a class="header-anchor" href="#interface-delta" aria-label="Permalink to &quot;Interface: Delta&quot;">​</a></h1><p>What the message gains.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-role"></a> <code>role?</code></td><td><code>&quot;system&quot;</code> | <code>&quot;developer&quot;</code> | <code>&quot;user&quot;</code> | <code>&quot;assistant&quot;</code> | <code>&quot;tool&quot;</code></td></tr><tr><td><a id="property-content"></a> <code>content?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-refusal"></a> <code>refusal?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-tool_calls"></a> <code>tool_calls?</code></td><td><a href="./ToolCallDelta.html"><code>ToolCallDelta</code></a>[]</td></tr><tr><td><a id="property-function_call"></a> <code>function_call?</code></td><td><code>object</code></td></tr><tr><td><code>function_call.name?</code></td><td><code>string</code></td></tr><tr><td><code>function_call.arguments?</code></td><td><code>string</code></td></tr><tr><td><a id="property-reasoning_content"></a> <code>reasoning_content?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-reasoning"></a> <code>reasoning?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-reasoning_details"></a> <code>reasoning_details?</code></td><td><a href="./ReasoningDetail.html"><code>ReasoningDetail</code></a>[]</td></tr><tr><td><a id="property-annotations"></a> <code>annotations?</code></td><td><a href="./Annotation.html"><code>Annotation</code></a>[]</td></tr><tr><td><a id="property-audio"></a> <code>audio?</code></td><td><code>object</code></td></tr><tr><td><code>audio.id?</code></td><td><code>string</code></td></tr><tr><td><code>audio.data?</code></td><td><code>string</code></td></tr><tr><td><code>audio.transcript?</code></td><td><code>string</code></td></tr><tr><td><code>audio.expires_at?</code></td><td><code>number</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/Delta.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Delta = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Delta as default
};
