import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: APIErrorOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/APIErrorOptions.md","filePath":"api/@toolloop/transport/interfaces/APIErrorOptions.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/APIErrorOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-apierroroptions" tabindex="-1">Interface: APIErrorOptions <a class="header-anchor" href="#interface-apierroroptions" aria-label="Permalink to &quot;Interface: APIErrorOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-status"></a> <code>status?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-headers"></a> <code>headers?</code></td><td><code>readonly</code></td><td><code>Headers</code></td><td>-</td></tr><tr><td><a id="property-code"></a> <code>code?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-param"></a> <code>param?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-type"></a> <code>type?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-error"></a> <code>error?</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>The server&#39;s answer as it came.</td></tr><tr><td><a id="property-retryable"></a> <code>retryable?</code></td><td><code>readonly</code></td><td><code>boolean</code></td><td>-</td></tr><tr><td><a id="property-retryafter"></a> <code>retryAfter?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-cause"></a> <code>cause?</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/APIErrorOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const APIErrorOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  APIErrorOptions as default
};
