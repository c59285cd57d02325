import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: HandleWords","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/client/interfaces/HandleWords.md","filePath":"api/@toolloop/client/interfaces/HandleWords.md"}');
const _sfc_main = { name: "api/@toolloop/client/interfaces/HandleWords.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-handlewords" tabindex="-1">Interface: HandleWords <a class="header-anchor" href="#interface-handlewords" aria-label="Permalink to &quot;Interface: HandleWords&quot;">​</a></h1><p>How errors speak of the handle.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-noun"></a> <code>noun</code></td><td><code>readonly</code></td><td><code>string</code></td><td>E.g. <code>run</code>.</td></tr><tr><td><a id="property-result"></a> <code>result</code></td><td><code>readonly</code></td><td><code>string</code></td><td>The member that holds the result, e.g. <code>.result</code>.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/client/interfaces/HandleWords.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const HandleWords = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  HandleWords as default
};
