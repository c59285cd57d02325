import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: AllowedTools","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/AllowedTools.md","filePath":"api/@toolloop/wire/interfaces/AllowedTools.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/AllowedTools.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-allowedtools" tabindex="-1">Interface: AllowedTools <a class="header-anchor" href="#interface-allowedtools" aria-label="Permalink to &quot;Interface: AllowedTools&quot;">​</a></h1><p>Narrows the choice to some of the request&#39;s tools without changing the (cached) list.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;allowed_tools&quot;</code></td></tr><tr><td><a id="property-allowed_tools"></a> <code>allowed_tools</code></td><td><code>object</code></td></tr><tr><td><code>allowed_tools.mode</code></td><td><code>&quot;auto&quot;</code> | <code>&quot;required&quot;</code></td></tr><tr><td><code>allowed_tools.tools</code></td><td><code>Record</code>&lt;<code>string</code>, <code>unknown</code>&gt;[]</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/AllowedTools.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const AllowedTools = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  AllowedTools as default
};
