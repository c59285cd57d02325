import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ParsedFunctionCall<Name, Args>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/client/interfaces/ParsedFunctionCall.md","filePath":"api/@toolloop/client/interfaces/ParsedFunctionCall.md"}');
const _sfc_main = { name: "api/@toolloop/client/interfaces/ParsedFunctionCall.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-parsedfunctioncallname-args" tabindex="-1">Interface: ParsedFunctionCall&lt;Name, Args&gt; <a class="header-anchor" href="#interface-parsedfunctioncallname-args" aria-label="Permalink to &quot;Interface: ParsedFunctionCall\\&lt;Name, Args\\&gt;&quot;">​</a></h1><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><code>Omit</code>&lt;<a href="./../../wire/interfaces/FunctionToolCall.html"><code>FunctionToolCall</code></a>, <code>&quot;function&quot;</code>&gt;</li></ul><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th></tr></thead><tbody><tr><td><a id="type-parameter-name"></a> <code>Name</code> <em>extends</em> <code>string</code></td></tr><tr><td><a id="type-parameter-args"></a> <code>Args</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-function"></a> <code>function</code></td><td><code>Omit</code>&lt;<a href="./../../wire/interfaces/FunctionCall.html"><code>FunctionCall</code></a>, <code>&quot;name&quot;</code>&gt; &amp; <code>object</code></td><td>-</td></tr><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td><td><a href="./../../wire/interfaces/FunctionToolCall.html"><code>FunctionToolCall</code></a>.<a href="./../../wire/interfaces/FunctionToolCall.html#property-id"><code>id</code></a></td></tr><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;function&quot;</code></td><td><a href="./../../wire/interfaces/FunctionToolCall.html"><code>FunctionToolCall</code></a>.<a href="./../../wire/interfaces/FunctionToolCall.html#property-type"><code>type</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/client/interfaces/ParsedFunctionCall.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ParsedFunctionCall = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ParsedFunctionCall as default
};
