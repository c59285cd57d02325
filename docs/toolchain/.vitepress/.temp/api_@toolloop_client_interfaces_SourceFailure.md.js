import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: SourceFailure","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/client/interfaces/SourceFailure.md","filePath":"api/@toolloop/client/interfaces/SourceFailure.md"}');
const _sfc_main = { name: "api/@toolloop/client/interfaces/SourceFailure.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-sourcefailure" tabindex="-1">Interface: SourceFailure <a class="header-anchor" href="#interface-sourcefailure" aria-label="Permalink to &quot;Interface: SourceFailure&quot;">​</a></h1><p>The source failed. Told to listeners only: the iterator and the result throw it.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>&quot;error&quot;</code></td></tr><tr><td><a id="property-error"></a> <code>error</code></td><td><code>readonly</code></td><td><code>unknown</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/client/interfaces/SourceFailure.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const SourceFailure = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  SourceFailure as default
};
