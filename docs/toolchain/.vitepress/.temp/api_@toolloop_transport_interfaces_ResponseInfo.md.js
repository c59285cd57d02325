import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ResponseInfo","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/ResponseInfo.md","filePath":"api/@toolloop/transport/interfaces/ResponseInfo.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/ResponseInfo.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-responseinfo" tabindex="-1">Interface: ResponseInfo <a class="header-anchor" href="#interface-responseinfo" aria-label="Permalink to &quot;Interface: ResponseInfo&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-status"></a> <code>status</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-headers"></a> <code>headers</code></td><td><code>readonly</code></td><td><code>Headers</code></td><td>-</td></tr><tr><td><a id="property-requestid"></a> <code>requestId</code></td><td><code>readonly</code></td><td><code>string</code> | <code>undefined</code></td><td>For the server&#39;s support.</td></tr><tr><td><a id="property-attempts"></a> <code>attempts</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Requests sent, retries included.</td></tr><tr><td><a id="property-timing"></a> <code>timing</code></td><td><code>readonly</code></td><td><a href="./ResponseTiming.html"><code>ResponseTiming</code></a></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/ResponseInfo.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ResponseInfo = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ResponseInfo as default
};
