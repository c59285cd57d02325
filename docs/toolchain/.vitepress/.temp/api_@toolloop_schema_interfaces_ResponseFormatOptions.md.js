import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ResponseFormatOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/schema/interfaces/ResponseFormatOptions.md","filePath":"api/@toolloop/schema/interfaces/ResponseFormatOptions.md"}');
const _sfc_main = { name: "api/@toolloop/schema/interfaces/ResponseFormatOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-responseformatoptions" tabindex="-1">Interface: ResponseFormatOptions <a class="header-anchor" href="#interface-responseformatoptions" aria-label="Permalink to &quot;Interface: ResponseFormatOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-name"></a> <code>name</code></td><td><code>readonly</code></td><td><code>string</code></td><td><code>[a-zA-Z0-9_-]{1,64}</code></td></tr><tr><td><a id="property-description"></a> <code>description?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>What the answer is for: the model reads this.</td></tr><tr><td><a id="property-strict"></a> <code>strict?</code></td><td><code>readonly</code></td><td><code>boolean</code> | <a href="./StrictOptions.html"><code>StrictOptions</code></a></td><td><strong>Default</strong> <code>true</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/schema/interfaces/ResponseFormatOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ResponseFormatOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ResponseFormatOptions as default
};
