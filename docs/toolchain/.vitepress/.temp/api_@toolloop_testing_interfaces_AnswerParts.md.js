import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: AnswerParts","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/AnswerParts.md","filePath":"api/@toolloop/testing/interfaces/AnswerParts.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/AnswerParts.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-answerparts" tabindex="-1">Interface: AnswerParts <a class="header-anchor" href="#interface-answerparts" aria-label="Permalink to &quot;Interface: AnswerParts&quot;">​</a></h1><p>One choice of an answer.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./ReplyOptions.html"><code>ReplyOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-content"></a> <code>content?</code></td><td><code>readonly</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-refusal"></a> <code>refusal?</code></td><td><code>readonly</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-reasoning"></a> <code>reasoning?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>Sent as <code>reasoning_content</code>.</td></tr><tr><td><a id="property-toolcalls"></a> <code>toolCalls?</code></td><td><code>readonly</code></td><td>readonly <a href="./CallParts.html"><code>CallParts</code></a>[]</td><td>-</td></tr><tr><td><a id="property-finishreason"></a> <code>finishReason?</code></td><td><code>readonly</code></td><td><a href="./../../wire/type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td><td><strong>Default</strong> <code>&#39;tool_calls&#39; with calls, else &#39;stop&#39;</code></td></tr><tr><td><a id="property-logprobs"></a> <code>logprobs?</code></td><td><code>readonly</code></td><td><a href="./../../wire/interfaces/Logprobs.html"><code>Logprobs</code></a> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-message"></a> <code>message?</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>unknown</code>&gt;&gt;</td><td>Further fields of the message, under their wire names: <code>annotations</code>, <code>audio</code>, <code>reasoning_details</code>, …</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/AnswerParts.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const AnswerParts = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  AnswerParts as default
};
