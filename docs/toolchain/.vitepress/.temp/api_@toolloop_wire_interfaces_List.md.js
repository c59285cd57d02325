import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: List<T>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/List.md","filePath":"api/@toolloop/wire/interfaces/List.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/List.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-listt" tabindex="-1">Interface: List&lt;T&gt; <a class="header-anchor" href="#interface-listt" aria-label="Permalink to &quot;Interface: List\\&lt;T\\&gt;&quot;">​</a></h1><p>One page of a list; the next one begins after <code>last_id</code>.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th></tr></thead><tbody><tr><td><a id="type-parameter-t"></a> <code>T</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-object"></a> <code>object</code></td><td><code>&quot;list&quot;</code></td></tr><tr><td><a id="property-data"></a> <code>data</code></td><td><code>T</code>[]</td></tr><tr><td><a id="property-first_id"></a> <code>first_id?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-last_id"></a> <code>last_id?</code></td><td><code>string</code> | <code>null</code></td></tr><tr><td><a id="property-has_more"></a> <code>has_more</code></td><td><code>boolean</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/List.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const List = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  List as default
};
