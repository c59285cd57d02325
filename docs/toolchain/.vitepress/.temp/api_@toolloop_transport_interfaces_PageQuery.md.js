import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: PageQuery","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/PageQuery.md","filePath":"api/@toolloop/transport/interfaces/PageQuery.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/PageQuery.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-pagequery" tabindex="-1">Interface: PageQuery <a class="header-anchor" href="#interface-pagequery" aria-label="Permalink to &quot;Interface: PageQuery&quot;">​</a></h1><p>What every cursor list takes.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./../../../toolloop/interfaces/CompletionQuery.html"><code>CompletionQuery</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-after"></a> <code>after?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>The id of the last item seen.</td></tr><tr><td><a id="property-limit"></a> <code>limit?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Items a page. <strong>Default</strong> <code>20</code></td></tr><tr><td><a id="property-order"></a> <code>order?</code></td><td><code>readonly</code></td><td><code>&quot;asc&quot;</code> | <code>&quot;desc&quot;</code></td><td>By age. <strong>Default</strong> <code>&#39;asc&#39;</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/PageQuery.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const PageQuery = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  PageQuery as default
};
