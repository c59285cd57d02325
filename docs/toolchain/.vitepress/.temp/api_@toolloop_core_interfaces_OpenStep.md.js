import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: OpenStep","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/core/interfaces/OpenStep.md","filePath":"api/@toolloop/core/interfaces/OpenStep.md"}');
const _sfc_main = { name: "api/@toolloop/core/interfaces/OpenStep.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-openstep" tabindex="-1">Interface: OpenStep <a class="header-anchor" href="#interface-openstep" aria-label="Permalink to &quot;Interface: OpenStep&quot;">​</a></h1><p>The step in flight: no message while it streams. It closes when it has one and every call is done.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-model"></a> <code>model</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-tools"></a> <code>tools</code></td><td><code>readonly</code></td><td>readonly <code>string</code>[]</td><td>-</td></tr><tr><td><a id="property-startedat"></a> <code>startedAt</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td>| <a href="./../../../toolloop/interfaces/AssistantMessage.html"><code>AssistantMessage</code></a> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-end"></a> <code>end</code></td><td><code>readonly</code></td><td>| <a href="./../../../toolloop/type-aliases/FactOf.html"><code>FactOf</code></a>&lt;<code>&quot;step.done&quot;</code> | <code>&quot;step.cut&quot;</code>&gt; | <code>null</code></td><td>-</td></tr><tr><td><a id="property-gained"></a> <code>gained</code></td><td><code>readonly</code></td><td><code>Partial</code>&lt;<a href="./../../../toolloop/interfaces/AssistantMessage.html"><code>AssistantMessage</code></a>&gt;</td><td>What the message held at the last sealed call.</td></tr><tr><td><a id="property-calls"></a> <code>calls</code></td><td><code>readonly</code></td><td>readonly <a href="./CallState.html"><code>CallState</code></a>[]</td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/core/interfaces/OpenStep.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const OpenStep = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  OpenStep as default
};
