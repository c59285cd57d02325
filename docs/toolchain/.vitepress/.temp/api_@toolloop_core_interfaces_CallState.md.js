import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CallState","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/core/interfaces/CallState.md","filePath":"api/@toolloop/core/interfaces/CallState.md"}');
const _sfc_main = { name: "api/@toolloop/core/interfaces/CallState.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-callstate" tabindex="-1">Interface: CallState <a class="header-anchor" href="#interface-callstate" aria-label="Permalink to &quot;Interface: CallState&quot;">​</a></h1><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><code>CallPhase</code></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-decision"></a> <code>decision?</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/type-aliases/Decision.html"><code>Decision</code></a></td><td>-</td></tr><tr><td><a id="property-call"></a> <code>call</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/type-aliases/ToolCall.html"><code>ToolCall</code></a></td><td><code>CallPhase.call</code></td></tr><tr><td><a id="property-phase"></a> <code>phase</code></td><td><code>readonly</code></td><td><code>&quot;done&quot;</code> | <code>&quot;sealed&quot;</code> | <code>&quot;asked&quot;</code> | <code>&quot;decided&quot;</code> | <code>&quot;started&quot;</code></td><td><code>CallPhase.phase</code></td></tr><tr><td><a id="property-request"></a> <code>request?</code></td><td><code>readonly</code></td><td><a href="./Recorded.html"><code>Recorded</code></a> &amp; <code>Readonly</code>&lt;<code>object</code> &amp; <code>CallMark</code> &amp; <code>object</code>&gt;</td><td><code>CallPhase.request</code></td></tr><tr><td><a id="property-done"></a> <code>done?</code></td><td><code>readonly</code></td><td><a href="./Recorded.html"><code>Recorded</code></a> &amp; <code>Readonly</code>&lt;<code>object</code> &amp; <code>CallMark</code> &amp; <code>object</code>&gt;</td><td><code>CallPhase.done</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/core/interfaces/CallState.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CallState = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CallState as default
};
