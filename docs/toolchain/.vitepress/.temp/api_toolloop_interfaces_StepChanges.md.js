import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StepChanges<Name>","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/StepChanges.md","filePath":"api/toolloop/interfaces/StepChanges.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/StepChanges.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-stepchangesname" tabindex="-1">Interface: StepChanges&lt;Name&gt; <a class="header-anchor" href="#interface-stepchangesname" aria-label="Permalink to &quot;Interface: StepChanges\\&lt;Name\\&gt;&quot;">​</a></h1><p>What differs in one step; the rest is as the agent says.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-name"></a> <code>Name</code> <em>extends</em> <code>string</code></td><td><code>string</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-model"></a> <code>model?</code></td><td><code>readonly</code></td><td><code>string</code> | <a href="./ChatModel.html"><code>ChatModel</code></a></td><td>-</td></tr><tr><td><a id="property-instructions"></a> <code>instructions?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-messages"></a> <code>messages?</code></td><td><code>readonly</code></td><td>readonly <a href="./../type-aliases/Message.html"><code>Message</code></a>[]</td><td>What the model is shown instead of the conversation; the transcript stays as it is.</td></tr><tr><td><a id="property-tools"></a> <code>tools?</code></td><td><code>readonly</code></td><td>readonly <code>Name</code>[]</td><td>Names of the tools to offer.</td></tr><tr><td><a id="property-toolchoice"></a> <code>toolChoice?</code></td><td><code>readonly</code></td><td><a href="./../type-aliases/ToolChoice.html"><code>ToolChoice</code></a>&lt;<code>Name</code>&gt;</td><td>-</td></tr><tr><td><a id="property-params"></a> <code>params?</code></td><td><code>readonly</code></td><td><code>Partial</code>&lt;<code>Omit</code>&lt;<a href="./../type-aliases/ModelRequest.html"><code>ModelRequest</code></a>, | <code>&quot;messages&quot;</code> | <code>&quot;n&quot;</code> | <code>&quot;parallel_tool_calls&quot;</code> | <code>&quot;response_format&quot;</code> | <code>&quot;tool_choice&quot;</code> | <code>&quot;tools&quot;</code>&gt;&gt;</td><td>Laid over the agent&#39;s.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/StepChanges.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StepChanges = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StepChanges as default
};
