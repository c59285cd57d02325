import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: RunLimit","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/core/interfaces/RunLimit.md","filePath":"api/@toolloop/core/interfaces/RunLimit.md"}');
const _sfc_main = { name: "api/@toolloop/core/interfaces/RunLimit.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-runlimit" tabindex="-1">Interface: RunLimit <a class="header-anchor" href="#interface-runlimit" aria-label="Permalink to &quot;Interface: RunLimit&quot;">​</a></h1><p>How many of a run&#39;s calls may be under way at once, or start per interval.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-concurrency"></a> <code>concurrency?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-interval"></a> <code>interval?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds, with <code>intervalCap</code> starts in each.</td></tr><tr><td><a id="property-intervalcap"></a> <code>intervalCap?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/core/interfaces/RunLimit.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const RunLimit = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  RunLimit as default
};
