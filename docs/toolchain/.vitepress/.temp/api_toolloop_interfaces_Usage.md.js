import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Usage","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Usage.md","filePath":"api/toolloop/interfaces/Usage.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Usage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-usage" tabindex="-1">Interface: Usage <a class="header-anchor" href="#interface-usage" aria-label="Permalink to &quot;Interface: Usage&quot;">​</a></h1><p>Counts of tokens.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-prompt_tokens"></a> <code>prompt_tokens</code></td><td><code>number</code></td></tr><tr><td><a id="property-completion_tokens"></a> <code>completion_tokens</code></td><td><code>number</code></td></tr><tr><td><a id="property-total_tokens"></a> <code>total_tokens</code></td><td><code>number</code></td></tr><tr><td><a id="property-prompt_tokens_details"></a> <code>prompt_tokens_details?</code></td><td>| { <code>cached_tokens?</code>: <code>number</code>; <code>cache_write_tokens?</code>: <code>number</code>; <code>text_tokens?</code>: <code>number</code>; <code>audio_tokens?</code>: <code>number</code>; <code>image_tokens?</code>: <code>number</code>; } | <code>null</code></td></tr><tr><td><a id="property-completion_tokens_details"></a> <code>completion_tokens_details?</code></td><td>| { <code>reasoning_tokens?</code>: <code>number</code>; <code>text_tokens?</code>: <code>number</code>; <code>audio_tokens?</code>: <code>number</code>; <code>accepted_prediction_tokens?</code>: <code>number</code>; <code>rejected_prediction_tokens?</code>: <code>number</code>; } | <code>null</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Usage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Usage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Usage as default
};
