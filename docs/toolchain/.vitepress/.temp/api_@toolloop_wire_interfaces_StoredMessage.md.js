import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StoredMessage","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/StoredMessage.md","filePath":"api/@toolloop/wire/interfaces/StoredMessage.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/StoredMessage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-storedmessage" tabindex="-1">Interface: StoredMessage <a class="header-anchor" href="#interface-storedmessage" aria-label="Permalink to &quot;Interface: StoredMessage&quot;">​</a></h1><p>A message of a stored completion&#39;s request.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-role"></a> <code>role</code></td><td><code>&quot;function&quot;</code> | <code>&quot;system&quot;</code> | <code>&quot;developer&quot;</code> | <code>&quot;user&quot;</code> | <code>&quot;assistant&quot;</code> | <code>&quot;tool&quot;</code></td><td>-</td></tr><tr><td><a id="property-content"></a> <code>content</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-content_parts"></a> <code>content_parts?</code></td><td><a href="./../../../toolloop/type-aliases/ContentPart.html"><code>ContentPart</code></a>[] | <code>null</code></td><td>Where the content was a list of parts.</td></tr><tr><td><a id="property-name"></a> <code>name?</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-refusal"></a> <code>refusal?</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-tool_calls"></a> <code>tool_calls?</code></td><td><a href="./../../../toolloop/type-aliases/ToolCall.html"><code>ToolCall</code></a>[] | <code>null</code></td><td>-</td></tr><tr><td><a id="property-function_call"></a> <code>function_call?</code></td><td><a href="./FunctionCall.html"><code>FunctionCall</code></a> | <code>null</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/StoredMessage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StoredMessage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StoredMessage as default
};
