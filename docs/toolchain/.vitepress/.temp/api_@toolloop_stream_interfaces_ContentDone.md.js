import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ContentDone<Parsed>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/ContentDone.md","filePath":"api/@toolloop/stream/interfaces/ContentDone.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/ContentDone.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-contentdoneparsed" tabindex="-1">Interface: ContentDone&lt;Parsed&gt; <a class="header-anchor" href="#interface-contentdoneparsed" aria-label="Permalink to &quot;Interface: ContentDone\\&lt;Parsed\\&gt;&quot;">​</a></h1><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-parsed"></a> <code>Parsed</code></td><td><code>unknown</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>&quot;content.done&quot;</code></td><td>-</td></tr><tr><td><a id="property-choice"></a> <code>choice</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-content"></a> <code>content</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-parsed"></a> <code>parsed</code></td><td><code>readonly</code></td><td>| <a href="./../../../toolloop/type-aliases/DeepPartial.html"><code>DeepPartial</code></a>&lt;<code>Parsed</code>&gt; | <code>undefined</code></td><td>The whole JSON, parsed when it is read; <code>undefined</code> where the content is not JSON. Not enumerable.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/ContentDone.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ContentDone = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ContentDone as default
};
