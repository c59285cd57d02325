import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Answer","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Answer.md","filePath":"api/toolloop/interfaces/Answer.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Answer.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-answer" tabindex="-1">Interface: Answer <a class="header-anchor" href="#interface-answer" aria-label="Permalink to &quot;Interface: Answer&quot;">​</a></h1><p>What an agent needs of an answer: one choice, and what all of them cost.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./../../@toolloop/stream/interfaces/PlainAnswer.html"><code>PlainAnswer</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td><a href="./../../@toolloop/wire/interfaces/CompletionMessage.html"><code>CompletionMessage</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td><code>readonly</code></td><td>| <a href="./../../@toolloop/wire/type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td></tr><tr><td><a id="property-usage"></a> <code>usage</code></td><td><code>readonly</code></td><td><a href="./Usage.html"><code>Usage</code></a> | <code>null</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Answer.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Answer = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Answer as default
};
