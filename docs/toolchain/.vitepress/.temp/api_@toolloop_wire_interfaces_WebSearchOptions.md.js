import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: WebSearchOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/WebSearchOptions.md","filePath":"api/@toolloop/wire/interfaces/WebSearchOptions.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/WebSearchOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-websearchoptions" tabindex="-1">Interface: WebSearchOptions <a class="header-anchor" href="#interface-websearchoptions" aria-label="Permalink to &quot;Interface: WebSearchOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-search_context_size"></a> <code>search_context_size?</code></td><td><code>&quot;low&quot;</code> | <code>&quot;high&quot;</code> | <code>&quot;medium&quot;</code></td><td>How much of what was found the model reads. <strong>Default</strong> <code>&#39;medium&#39;</code></td></tr><tr><td><a id="property-user_location"></a> <code>user_location?</code></td><td>| { <code>type</code>: <code>&quot;approximate&quot;</code>; <code>approximate</code>: { <code>city?</code>: <code>string</code>; <code>country?</code>: <code>string</code>; <code>region?</code>: <code>string</code>; <code>timezone?</code>: <code>string</code>; }; } | <code>null</code></td><td>Where the person is: city, two-letter country, region, IANA time zone.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/WebSearchOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const WebSearchOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  WebSearchOptions as default
};
