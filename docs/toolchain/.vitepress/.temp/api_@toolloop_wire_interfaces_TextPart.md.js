import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: TextPart","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/TextPart.md","filePath":"api/@toolloop/wire/interfaces/TextPart.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/TextPart.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-textpart" tabindex="-1">Interface: TextPart <a class="header-anchor" href="#interface-textpart" aria-label="Permalink to &quot;Interface: TextPart&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;text&quot;</code></td></tr><tr><td><a id="property-text"></a> <code>text</code></td><td><code>string</code></td></tr><tr><td><a id="property-prompt_cache_breakpoint"></a> <code>prompt_cache_breakpoint?</code></td><td><a href="./CacheBreakpoint.html"><code>CacheBreakpoint</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/TextPart.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const TextPart = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  TextPart as default
};
