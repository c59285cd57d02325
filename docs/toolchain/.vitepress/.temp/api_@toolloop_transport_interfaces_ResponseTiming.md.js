import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ResponseTiming","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/ResponseTiming.md","filePath":"api/@toolloop/transport/interfaces/ResponseTiming.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/ResponseTiming.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-responsetiming" tabindex="-1">Interface: ResponseTiming <a class="header-anchor" href="#interface-responsetiming" aria-label="Permalink to &quot;Interface: ResponseTiming&quot;">​</a></h1><p>Milliseconds since the request began, back-offs included.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-start"></a> <code>start</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Unix time in milliseconds.</td></tr><tr><td><a id="property-headers"></a> <code>headers</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-firstevent"></a> <code>firstEvent?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Of a stream: its first event.</td></tr><tr><td><a id="property-end"></a> <code>end?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The body was read.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/ResponseTiming.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ResponseTiming = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ResponseTiming as default
};
