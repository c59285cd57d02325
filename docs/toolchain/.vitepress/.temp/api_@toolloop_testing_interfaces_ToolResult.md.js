import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ToolResult","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/ToolResult.md","filePath":"api/@toolloop/testing/interfaces/ToolResult.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/ToolResult.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-toolresult" tabindex="-1">Interface: ToolResult <a class="header-anchor" href="#interface-toolresult" aria-label="Permalink to &quot;Interface: ToolResult&quot;">​</a></h1><p>A tool&#39;s answer, with the call it belongs to.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-name"></a> <code>name</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-arguments"></a> <code>arguments</code></td><td><code>readonly</code></td><td><code>string</code></td><td>As the model wrote them (a custom tool&#39;s input).</td></tr><tr><td><a id="property-content"></a> <code>content</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/ToolResult.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ToolResult = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ToolResult as default
};
