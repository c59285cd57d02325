import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: FunctionDefinition","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/FunctionDefinition.md","filePath":"api/@toolloop/wire/interfaces/FunctionDefinition.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/FunctionDefinition.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-functiondefinition" tabindex="-1">Interface: FunctionDefinition <a class="header-anchor" href="#interface-functiondefinition" aria-label="Permalink to &quot;Interface: FunctionDefinition&quot;">​</a></h1><p>A function with JSON arguments.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;function&quot;</code></td><td>-</td></tr><tr><td><a id="property-function"></a> <code>function</code></td><td><code>object</code></td><td>-</td></tr><tr><td><code>function.name</code></td><td><code>string</code></td><td><code>[a-zA-Z0-9_-]{1,64}</code>, unique in the request.</td></tr><tr><td><code>function.description?</code></td><td><code>string</code></td><td>What it does and when to call it: the model reads this.</td></tr><tr><td><code>function.parameters?</code></td><td><code>Record</code>&lt;<code>string</code>, <code>unknown</code>&gt;</td><td>A JSON Schema. Omitted: no parameters.</td></tr><tr><td><code>function.strict?</code></td><td><code>boolean</code> | <code>null</code></td><td>The arguments then always fit the schema; it must lie in the strict subset. <strong>Default</strong> <code>false</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/FunctionDefinition.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const FunctionDefinition = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  FunctionDefinition as default
};
