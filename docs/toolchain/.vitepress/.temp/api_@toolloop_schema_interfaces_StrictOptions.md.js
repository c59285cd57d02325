import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StrictOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/schema/interfaces/StrictOptions.md","filePath":"api/@toolloop/schema/interfaces/StrictOptions.md"}');
const _sfc_main = { name: "api/@toolloop/schema/interfaces/StrictOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-strictoptions" tabindex="-1">Interface: StrictOptions <a class="header-anchor" href="#interface-strictoptions" aria-label="Permalink to &quot;Interface: StrictOptions&quot;">​</a></h1><p>What to do with what the strict subset has no words for.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./DiagnoseOptions.html"><code>DiagnoseOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-record"></a> <code>record?</code></td><td><code>readonly</code></td><td><code>&quot;pairs&quot;</code></td><td>Records and maps become arrays of <code>{ key, value }</code>, and records again before the schema parses. <strong>Default</strong> <code>an error</code></td></tr><tr><td><a id="property-tuple"></a> <code>tuple?</code></td><td><code>readonly</code></td><td><code>&quot;object&quot;</code></td><td>Tuples become objects with the keys <code>0</code>, <code>1</code>, …, and arrays again before the schema parses. <strong>Default</strong> <code>an error</code></td></tr><tr><td><a id="property-openobject"></a> <code>openObject?</code></td><td><code>readonly</code></td><td><code>&quot;closed&quot;</code></td><td>Objects that keep unknown keys are described without them. <strong>Default</strong> <code>an error</code></td></tr><tr><td><a id="property-finetuned"></a> <code>fineTuned?</code></td><td><code>readonly</code></td><td><code>boolean</code></td><td>Says <code>pattern</code>, <code>format</code> and bounds in words: fine-tuned models do not take the keywords. <strong>Default</strong> <code>false</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/schema/interfaces/StrictOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StrictOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StrictOptions as default
};
