import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ToolContext<Context>","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/ToolContext.md","filePath":"api/toolloop/interfaces/ToolContext.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/ToolContext.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-toolcontextcontext" tabindex="-1">Interface: ToolContext&lt;Context&gt; <a class="header-anchor" href="#interface-toolcontextcontext" aria-label="Permalink to &quot;Interface: ToolContext\\&lt;Context\\&gt;&quot;">​</a></h1><p>What a tool is given beside its arguments.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-context"></a> <code>Context</code></td><td><code>unknown</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-signal"></a> <code>signal</code></td><td><code>readonly</code></td><td><code>AbortSignal</code></td><td>Aborted by the caller, the run&#39;s end, or the tool&#39;s timeout.</td></tr><tr><td><a id="property-call"></a> <code>call</code></td><td><code>readonly</code></td><td><a href="./../type-aliases/ToolCall.html"><code>ToolCall</code></a></td><td>-</td></tr><tr><td><a id="property-context"></a> <code>context</code></td><td><code>readonly</code></td><td><code>Context</code></td><td>What <code>run</code> was given as <code>context</code>.</td></tr><tr><td><a id="property-step"></a> <code>step</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The step&#39;s number, from 0.</td></tr><tr><td><a id="property-runid"></a> <code>runId</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-attempt"></a> <code>attempt</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The attempt&#39;s number, from 1.</td></tr><tr><td><a id="property-idempotencykey"></a> <code>idempotencyKey</code></td><td><code>readonly</code></td><td><code>string</code></td><td>The same over attempts and resumes of this call, unique to it otherwise.</td></tr><tr><td><a id="property-progress"></a> <code>progress</code></td><td><code>readonly</code></td><td>(<code>data</code>) =&gt; <code>void</code></td><td>Tells the caller how far it is; a <code>tool.progress</code> event.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/ToolContext.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ToolContext = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ToolContext as default
};
