import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CallSealed","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/CallSealed.md","filePath":"api/@toolloop/stream/interfaces/CallSealed.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/CallSealed.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-callsealed" tabindex="-1">Interface: CallSealed <a class="header-anchor" href="#interface-callsealed" aria-label="Permalink to &quot;Interface: CallSealed&quot;">​</a></h1><p>Nothing more will be added to this call: its arguments are one complete JSON object, its name is there, and a further chunk of the same choice added nothing to it. From here on it is safe to execute.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>&quot;call.sealed&quot;</code></td></tr><tr><td><a id="property-choice"></a> <code>choice</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-index"></a> <code>index</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-call"></a> <code>call</code></td><td><code>readonly</code></td><td>| <a href="./../../wire/interfaces/FunctionToolCall.html"><code>FunctionToolCall</code></a> | <a href="./../../wire/interfaces/CustomToolCall.html"><code>CustomToolCall</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/CallSealed.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CallSealed = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CallSealed as default
};
