import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ChunkChoice","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/ChunkChoice.md","filePath":"api/@toolloop/wire/interfaces/ChunkChoice.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/ChunkChoice.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-chunkchoice" tabindex="-1">Interface: ChunkChoice <a class="header-anchor" href="#interface-chunkchoice" aria-label="Permalink to &quot;Interface: ChunkChoice&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-index"></a> <code>index</code></td><td><code>number</code></td></tr><tr><td><a id="property-delta"></a> <code>delta</code></td><td><a href="./Delta.html"><code>Delta</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td><a href="./../type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td></tr><tr><td><a id="property-logprobs"></a> <code>logprobs?</code></td><td><a href="./Logprobs.html"><code>Logprobs</code></a> | <code>null</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/ChunkChoice.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ChunkChoice = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ChunkChoice as default
};
