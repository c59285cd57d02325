import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: PromptCacheOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/PromptCacheOptions.md","filePath":"api/@toolloop/wire/interfaces/PromptCacheOptions.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/PromptCacheOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-promptcacheoptions" tabindex="-1">Interface: PromptCacheOptions <a class="header-anchor" href="#interface-promptcacheoptions" aria-label="Permalink to &quot;Interface: PromptCacheOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-mode"></a> <code>mode?</code></td><td><code>&quot;explicit&quot;</code> | <code>&quot;implicit&quot;</code></td><td><code>explicit</code>: cut only at the parts that carry a <code>prompt_cache_breakpoint</code>. <strong>Default</strong> <code>&#39;implicit&#39;</code></td></tr><tr><td><a id="property-ttl"></a> <code>ttl?</code></td><td><code>&quot;30m&quot;</code></td><td>The least time the prefix is kept. <strong>Default</strong> <code>&#39;30m&#39;</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/PromptCacheOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const PromptCacheOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  PromptCacheOptions as default
};
