import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: TypedEvent","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/TypedEvent.md","filePath":"api/toolloop/interfaces/TypedEvent.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/TypedEvent.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-typedevent" tabindex="-1">Interface: TypedEvent <a class="header-anchor" href="#interface-typedevent" aria-label="Permalink to &quot;Interface: TypedEvent&quot;">​</a></h1><p>What can be sent: anything that has a type.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/TypedEvent.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const TypedEvent = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  TypedEvent as default
};
