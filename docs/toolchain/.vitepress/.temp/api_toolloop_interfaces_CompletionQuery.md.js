import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CompletionQuery","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/CompletionQuery.md","filePath":"api/toolloop/interfaces/CompletionQuery.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/CompletionQuery.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completionquery" tabindex="-1">Interface: CompletionQuery <a class="header-anchor" href="#interface-completionquery" aria-label="Permalink to &quot;Interface: CompletionQuery&quot;">​</a></h1><p>What every cursor list takes.</p><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><a href="./../../@toolloop/transport/interfaces/PageQuery.html"><code>PageQuery</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-after"></a> <code>after?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>The id of the last item seen.</td><td><a href="./../../@toolloop/transport/interfaces/PageQuery.html"><code>PageQuery</code></a>.<a href="./../../@toolloop/transport/interfaces/PageQuery.html#property-after"><code>after</code></a></td></tr><tr><td><a id="property-limit"></a> <code>limit?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Items a page. <strong>Default</strong> <code>20</code></td><td><a href="./../../@toolloop/transport/interfaces/PageQuery.html"><code>PageQuery</code></a>.<a href="./../../@toolloop/transport/interfaces/PageQuery.html#property-limit"><code>limit</code></a></td></tr><tr><td><a id="property-order"></a> <code>order?</code></td><td><code>readonly</code></td><td><code>&quot;asc&quot;</code> | <code>&quot;desc&quot;</code></td><td>By age. <strong>Default</strong> <code>&#39;asc&#39;</code></td><td><a href="./../../@toolloop/transport/interfaces/PageQuery.html"><code>PageQuery</code></a>.<a href="./../../@toolloop/transport/interfaces/PageQuery.html#property-order"><code>order</code></a></td></tr><tr><td><a id="property-metadata"></a> <code>metadata?</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>string</code>&gt;&gt;</td><td>Only completions with all of these pairs.</td><td>-</td></tr><tr><td><a id="property-model"></a> <code>model?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/CompletionQuery.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CompletionQuery = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CompletionQuery as default
};
