import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Annotation","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/Annotation.md","filePath":"api/@toolloop/wire/interfaces/Annotation.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/Annotation.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-annotation" tabindex="-1">Interface: Annotation <a class="header-anchor" href="#interface-annotation" aria-label="Permalink to &quot;Interface: Annotation&quot;">​</a></h1><p>A source the answer cites. Positions count characters of <code>content</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;url_citation&quot;</code></td></tr><tr><td><a id="property-url_citation"></a> <code>url_citation</code></td><td><code>object</code></td></tr><tr><td><code>url_citation.start_index</code></td><td><code>number</code></td></tr><tr><td><code>url_citation.end_index</code></td><td><code>number</code></td></tr><tr><td><code>url_citation.title</code></td><td><code>string</code></td></tr><tr><td><code>url_citation.url</code></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/Annotation.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Annotation = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Annotation as default
};
