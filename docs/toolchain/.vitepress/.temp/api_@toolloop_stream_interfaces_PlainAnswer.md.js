import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: PlainAnswer","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/PlainAnswer.md","filePath":"api/@toolloop/stream/interfaces/PlainAnswer.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/PlainAnswer.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-plainanswer" tabindex="-1">Interface: PlainAnswer <a class="header-anchor" href="#interface-plainanswer" aria-label="Permalink to &quot;Interface: PlainAnswer&quot;">​</a></h1><p>What matters of a body with one choice; it shares nothing with it.</p><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><a href="./../../../toolloop/interfaces/Answer.html"><code>Answer</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Overrides</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td><a href="./../../wire/interfaces/CompletionMessage.html"><code>CompletionMessage</code></a></td><td>-</td><td><a href="./../../../toolloop/interfaces/Answer.html"><code>Answer</code></a>.<a href="./../../../toolloop/interfaces/Answer.html#property-message"><code>message</code></a></td></tr><tr><td><a id="property-usage"></a> <code>usage</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/interfaces/Usage.html"><code>Usage</code></a> | <code>null</code></td><td>-</td><td><a href="./../../../toolloop/interfaces/Answer.html"><code>Answer</code></a>.<a href="./../../../toolloop/interfaces/Answer.html#property-usage"><code>usage</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td><code>readonly</code></td><td><a href="./../../wire/type-aliases/FinishReason.html"><code>FinishReason</code></a></td><td><a href="./../../../toolloop/interfaces/Answer.html"><code>Answer</code></a>.<a href="./../../../toolloop/interfaces/Answer.html#property-finish_reason"><code>finish_reason</code></a></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/PlainAnswer.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const PlainAnswer = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  PlainAnswer as default
};
