import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: SseOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/SseOptions.md","filePath":"api/@toolloop/transport/interfaces/SseOptions.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/SseOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-sseoptions" tabindex="-1">Interface: SseOptions <a class="header-anchor" href="#interface-sseoptions" aria-label="Permalink to &quot;Interface: SseOptions&quot;">​</a></h1><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./ReadChunksOptions.html"><code>ReadChunksOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-maxeventbytes"></a> <code>maxEventBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The most bytes one event may take. <strong>Default</strong> <code>33_554_432</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/SseOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const SseOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  SseOptions as default
};
