import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ConditionalStep","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/ConditionalStep.md","filePath":"api/@toolloop/testing/interfaces/ConditionalStep.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/ConditionalStep.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-conditionalstep" tabindex="-1">Interface: ConditionalStep <a class="header-anchor" href="#interface-conditionalstep" aria-label="Permalink to &quot;Interface: ConditionalStep&quot;">​</a></h1><p>A step that waits for a request it accepts.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-kind"></a> <code>kind</code></td><td><code>readonly</code></td><td><code>&quot;when&quot;</code></td></tr><tr><td><a id="property-accepts"></a> <code>accepts</code></td><td><code>readonly</code></td><td>(<code>request</code>) =&gt; <code>boolean</code></td></tr><tr><td><a id="property-step"></a> <code>step</code></td><td><code>readonly</code></td><td>| <a href="./../type-aliases/Reply.html"><code>Reply</code></a> | <a href="./../type-aliases/StepFunction.html"><code>StepFunction</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/ConditionalStep.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ConditionalStep = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ConditionalStep as default
};
