import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ApiError","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/ApiError.md","filePath":"api/@toolloop/testing/interfaces/ApiError.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/ApiError.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-apierror" tabindex="-1">Interface: ApiError <a class="header-anchor" href="#interface-apierror" aria-label="Permalink to &quot;Interface: ApiError&quot;">​</a></h1><p>What the API says is wrong.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-param"></a> <code>param</code></td><td><code>readonly</code></td><td><code>string</code> | <code>null</code></td><td>The field of the request, e.g. <code>messages.[3].role</code>.</td></tr><tr><td><a id="property-code"></a> <code>code</code></td><td><code>readonly</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/ApiError.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ApiError = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ApiError as default
};
