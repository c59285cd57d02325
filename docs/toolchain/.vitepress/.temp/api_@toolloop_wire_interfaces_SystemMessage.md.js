import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: SystemMessage","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/SystemMessage.md","filePath":"api/@toolloop/wire/interfaces/SystemMessage.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/SystemMessage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-systemmessage" tabindex="-1">Interface: SystemMessage <a class="header-anchor" href="#interface-systemmessage" aria-label="Permalink to &quot;Interface: SystemMessage&quot;">​</a></h1><p>Instructions from whoever runs the application. Newer OpenAI models read it as <code>developer</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-role"></a> <code>role</code></td><td><code>&quot;system&quot;</code></td><td>-</td></tr><tr><td><a id="property-content"></a> <code>content</code></td><td><code>string</code> | <a href="./TextPart.html"><code>TextPart</code></a>[]</td><td>-</td></tr><tr><td><a id="property-name"></a> <code>name?</code></td><td><code>string</code></td><td>Tells participants of the same role apart.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/SystemMessage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const SystemMessage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  SystemMessage as default
};
