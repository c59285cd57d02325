import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Limits","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/Limits.md","filePath":"api/@toolloop/transport/interfaces/Limits.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/Limits.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-limits" tabindex="-1">Interface: Limits <a class="header-anchor" href="#interface-limits" aria-label="Permalink to &quot;Interface: Limits&quot;">​</a></h1><p>Bounds on what a server may send. Each ends in a <code>LimitError</code> that names it.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-maxbodybytes"></a> <code>maxBodyBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>A body that is not streamed, decompressed. <strong>Default</strong> <code>33_554_432</code></td></tr><tr><td><a id="property-maxeventbytes"></a> <code>maxEventBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>One event of a stream, decompressed. <strong>Default</strong> <code>33_554_432</code></td></tr><tr><td><a id="property-maxheaderbytes"></a> <code>maxHeaderBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The response&#39;s headers; on Node. <strong>Default</strong> <code>65_536</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/Limits.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Limits = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Limits as default
};
