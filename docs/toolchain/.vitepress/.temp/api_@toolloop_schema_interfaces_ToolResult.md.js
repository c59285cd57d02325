import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ToolResult<Model, Details>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/schema/interfaces/ToolResult.md","filePath":"api/@toolloop/schema/interfaces/ToolResult.md"}');
const _sfc_main = { name: "api/@toolloop/schema/interfaces/ToolResult.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-toolresultmodel-details" tabindex="-1">Interface: ToolResult&lt;Model, Details&gt; <a class="header-anchor" href="#interface-toolresultmodel-details" aria-label="Permalink to &quot;Interface: ToolResult\\&lt;Model, Details\\&gt;&quot;">​</a></h1><p>What a tool returned, in two parts. Only <code>toolResult</code> makes one: a plain object of these keys stays plain data.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-model"></a> <code>Model</code></td><td><code>unknown</code></td></tr><tr><td><a id="type-parameter-details"></a> <code>Details</code></td><td><code>unknown</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-mark"></a> <code>[mark]</code></td><td><code>readonly</code></td><td><code>true</code></td><td>-</td></tr><tr><td><a id="property-model"></a> <code>model</code></td><td><code>readonly</code></td><td><code>Model</code></td><td>What the model reads.</td></tr><tr><td><a id="property-details"></a> <code>details</code></td><td><code>readonly</code></td><td><code>Details</code></td><td>What the application keeps: on the event and in the log, never in the request.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/schema/interfaces/ToolResult.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ToolResult = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ToolResult as default
};
