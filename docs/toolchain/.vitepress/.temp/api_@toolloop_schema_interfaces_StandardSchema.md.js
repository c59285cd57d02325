import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StandardSchema<Input, Output>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/schema/interfaces/StandardSchema.md","filePath":"api/@toolloop/schema/interfaces/StandardSchema.md"}');
const _sfc_main = { name: "api/@toolloop/schema/interfaces/StandardSchema.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-standardschemainput-output" tabindex="-1">Interface: StandardSchema&lt;Input, Output&gt; <a class="header-anchor" href="#interface-standardschemainput-output" aria-label="Permalink to &quot;Interface: StandardSchema\\&lt;Input, Output\\&gt;&quot;">​</a></h1><p>A schema of any library: Zod, Valibot, ArkType and others carry this.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-input"></a> <code>Input</code></td><td><code>unknown</code></td></tr><tr><td><a id="type-parameter-output"></a> <code>Output</code></td><td><code>Input</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-standard"></a> <code>~standard</code></td><td><code>readonly</code></td><td><code>StandardProps</code>&lt;<code>Input</code>, <code>Output</code>&gt;</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/schema/interfaces/StandardSchema.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StandardSchema = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StandardSchema as default
};
