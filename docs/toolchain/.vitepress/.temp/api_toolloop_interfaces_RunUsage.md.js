import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: RunUsage","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/RunUsage.md","filePath":"api/toolloop/interfaces/RunUsage.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/RunUsage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-runusage" tabindex="-1">Interface: RunUsage <a class="header-anchor" href="#interface-runusage" aria-label="Permalink to &quot;Interface: RunUsage&quot;">​</a></h1><p>Tokens. What no server told is estimated apart, never counted as zero.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-reported"></a> <code>reported</code></td><td><code>readonly</code></td><td><a href="./Usage.html"><code>Usage</code></a> | <code>null</code></td><td>The sum of what servers told; <code>null</code> when none told anything.</td></tr><tr><td><a id="property-unreported"></a> <code>unreported</code></td><td><code>readonly</code></td><td><code>number</code></td><td>How many steps told nothing.</td></tr><tr><td><a id="property-estimated"></a> <code>estimated</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Tokens of the unreported steps&#39; answers: a third of their UTF-8 bytes.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/RunUsage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const RunUsage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  RunUsage as default
};
