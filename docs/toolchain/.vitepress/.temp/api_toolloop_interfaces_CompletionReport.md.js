import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CompletionReport","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/CompletionReport.md","filePath":"api/toolloop/interfaces/CompletionReport.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/CompletionReport.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completionreport" tabindex="-1">Interface: CompletionReport <a class="header-anchor" href="#interface-completionreport" aria-label="Permalink to &quot;Interface: CompletionReport&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-missing"></a> <code>missing</code></td><td><code>readonly</code></td><td>readonly <code>string</code>[]</td><td>Wire fields the server left out, as paths: <code>id</code>, <code>choices[0].finish_reason</code>, <code>choices[0].message.tool_calls[1].id</code>.</td></tr><tr><td><a id="property-unfinished"></a> <code>unfinished</code></td><td><code>readonly</code></td><td>readonly <code>object</code>[]</td><td>Tool calls that broke off in the middle of their arguments. They must not be executed.</td></tr><tr><td><a id="property-ignored"></a> <code>ignored</code></td><td><code>readonly</code></td><td>readonly <code>string</code>[]</td><td>What was left out of the completion: choices nobody asked for, content parts that are no text, token counts that are none.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/CompletionReport.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CompletionReport = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CompletionReport as default
};
