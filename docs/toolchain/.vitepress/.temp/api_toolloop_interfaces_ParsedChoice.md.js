import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ParsedChoice<Parsed, Call>","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/ParsedChoice.md","filePath":"api/toolloop/interfaces/ParsedChoice.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/ParsedChoice.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-parsedchoiceparsed-call" tabindex="-1">Interface: ParsedChoice&lt;Parsed, Call&gt; <a class="header-anchor" href="#interface-parsedchoiceparsed-call" aria-label="Permalink to &quot;Interface: ParsedChoice\\&lt;Parsed, Call\\&gt;&quot;">​</a></h1><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><code>Omit</code>&lt;<a href="./../../@toolloop/wire/interfaces/Choice.html"><code>Choice</code></a>, <code>&quot;message&quot;</code>&gt;</li></ul><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-parsed"></a> <code>Parsed</code></td><td><code>unknown</code></td></tr><tr><td><a id="type-parameter-call"></a> <code>Call</code></td><td><a href="./../type-aliases/ToolCall.html"><code>ToolCall</code></a></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-message"></a> <code>message</code></td><td><a href="./ParsedMessage.html"><code>ParsedMessage</code></a>&lt;<code>Parsed</code>, <code>Call</code>&gt;</td><td>-</td></tr><tr><td><a id="property-index"></a> <code>index</code></td><td><code>number</code></td><td><a href="./../../@toolloop/wire/interfaces/Choice.html"><code>Choice</code></a>.<a href="./../../@toolloop/wire/interfaces/Choice.html#property-index"><code>index</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td>| <a href="./../../@toolloop/wire/type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td><td><a href="./../../@toolloop/wire/interfaces/Choice.html"><code>Choice</code></a>.<a href="./../../@toolloop/wire/interfaces/Choice.html#property-finish_reason"><code>finish_reason</code></a></td></tr><tr><td><a id="property-logprobs"></a> <code>logprobs?</code></td><td><a href="./../../@toolloop/wire/interfaces/Logprobs.html"><code>Logprobs</code></a> | <code>null</code></td><td><a href="./../../@toolloop/wire/interfaces/Choice.html"><code>Choice</code></a>.<a href="./../../@toolloop/wire/interfaces/Choice.html#property-logprobs"><code>logprobs</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/ParsedChoice.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ParsedChoice = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ParsedChoice as default
};
