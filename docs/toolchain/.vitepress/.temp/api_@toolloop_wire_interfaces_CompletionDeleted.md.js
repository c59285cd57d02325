import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CompletionDeleted","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/CompletionDeleted.md","filePath":"api/@toolloop/wire/interfaces/CompletionDeleted.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/CompletionDeleted.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completiondeleted" tabindex="-1">Interface: CompletionDeleted <a class="header-anchor" href="#interface-completiondeleted" aria-label="Permalink to &quot;Interface: CompletionDeleted&quot;">​</a></h1><p>What is left of a stored completion.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td></tr><tr><td><a id="property-object"></a> <code>object</code></td><td><code>&quot;chat.completion.deleted&quot;</code></td></tr><tr><td><a id="property-deleted"></a> <code>deleted</code></td><td><code>boolean</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/CompletionDeleted.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CompletionDeleted = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CompletionDeleted as default
};
