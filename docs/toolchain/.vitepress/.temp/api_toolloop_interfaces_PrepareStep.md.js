import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: PrepareStep<Context>","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/PrepareStep.md","filePath":"api/toolloop/interfaces/PrepareStep.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/PrepareStep.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-preparestepcontext" tabindex="-1">Interface: PrepareStep&lt;Context&gt; <a class="header-anchor" href="#interface-preparestepcontext" aria-label="Permalink to &quot;Interface: PrepareStep\\&lt;Context\\&gt;&quot;">​</a></h1><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th></tr></thead><tbody><tr><td><a id="type-parameter-context"></a> <code>Context</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-step"></a> <code>step</code></td><td><code>readonly</code></td><td><code>number</code></td><td>From 0.</td></tr><tr><td><a id="property-state"></a> <code>state</code></td><td><code>readonly</code></td><td><a href="./RunState.html"><code>RunState</code></a></td><td>-</td></tr><tr><td><a id="property-context"></a> <code>context</code></td><td><code>readonly</code></td><td><code>Context</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/PrepareStep.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const PrepareStep = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  PrepareStep as default
};
