import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CacheBreakpoint","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/CacheBreakpoint.md","filePath":"api/@toolloop/wire/interfaces/CacheBreakpoint.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/CacheBreakpoint.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-cachebreakpoint" tabindex="-1">Interface: CacheBreakpoint <a class="header-anchor" href="#interface-cachebreakpoint" aria-label="Permalink to &quot;Interface: CacheBreakpoint&quot;">​</a></h1><p>The prompt cache may keep everything up to the part that carries this; up to four a request.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-mode"></a> <code>mode</code></td><td><code>&quot;explicit&quot;</code></td><td>-</td></tr><tr><td><a id="property-ttl"></a> <code>ttl?</code></td><td><code>&quot;30m&quot;</code> | <code>&quot;12h&quot;</code></td><td><strong>Default</strong> <code>&#39;30m&#39;</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/CacheBreakpoint.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CacheBreakpoint = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CacheBreakpoint as default
};
