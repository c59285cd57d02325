import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: TokenLogprob","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/TokenLogprob.md","filePath":"api/@toolloop/wire/interfaces/TokenLogprob.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/TokenLogprob.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-tokenlogprob" tabindex="-1">Interface: TokenLogprob <a class="header-anchor" href="#interface-tokenlogprob" aria-label="Permalink to &quot;Interface: TokenLogprob&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-token"></a> <code>token</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-logprob"></a> <code>logprob</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-bytes"></a> <code>bytes</code></td><td><code>number</code>[] | <code>null</code></td><td>The token&#39;s UTF-8 bytes; <code>null</code> where it has none.</td></tr><tr><td><a id="property-top_logprobs"></a> <code>top_logprobs</code></td><td><code>object</code>[]</td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/TokenLogprob.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const TokenLogprob = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  TokenLogprob as default
};
