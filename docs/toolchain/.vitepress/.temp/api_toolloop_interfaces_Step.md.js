import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Step","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Step.md","filePath":"api/toolloop/interfaces/Step.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Step.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-step" tabindex="-1">Interface: Step <a class="header-anchor" href="#interface-step" aria-label="Permalink to &quot;Interface: Step&quot;">​</a></h1><p>A closed step.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-step"></a> <code>step</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-model"></a> <code>model</code></td><td><code>readonly</code></td><td><code>string</code></td></tr><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td><a href="./AssistantMessage.html"><code>AssistantMessage</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td><code>readonly</code></td><td>| <a href="./../../@toolloop/wire/type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td></tr><tr><td><a id="property-usage"></a> <code>usage</code></td><td><code>readonly</code></td><td><a href="./Usage.html"><code>Usage</code></a> | <code>null</code></td></tr><tr><td><a id="property-cost"></a> <code>cost</code></td><td><code>readonly</code></td><td><code>number</code> | <code>undefined</code></td></tr><tr><td><a id="property-calls"></a> <code>calls</code></td><td><code>readonly</code></td><td>readonly (<a href="./../../@toolloop/core/interfaces/Recorded.html"><code>Recorded</code></a> &amp; <code>Readonly</code>&lt;<code>object</code> &amp; <code>CallMark</code> &amp; <code>object</code>&gt;)[]</td></tr><tr><td><a id="property-startedat"></a> <code>startedAt</code></td><td><code>readonly</code></td><td><code>number</code></td></tr><tr><td><a id="property-endedat"></a> <code>endedAt</code></td><td><code>readonly</code></td><td><code>number</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Step.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Step = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Step as default
};
