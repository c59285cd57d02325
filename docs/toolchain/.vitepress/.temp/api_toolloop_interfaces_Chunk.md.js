import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Chunk","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Chunk.md","filePath":"api/toolloop/interfaces/Chunk.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Chunk.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-chunk" tabindex="-1">Interface: Chunk <a class="header-anchor" href="#interface-chunk" aria-label="Permalink to &quot;Interface: Chunk&quot;">​</a></h1><p>One piece of a streamed answer. Servers differ, so every field below <code>choices</code> is optional here and may be missing, <code>null</code> or repeated on the wire. Fields not listed are kept as they came.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-object"></a> <code>object</code></td><td><code>&quot;chat.completion.chunk&quot;</code></td><td>-</td></tr><tr><td><a id="property-created"></a> <code>created</code></td><td><code>number</code></td><td>-</td></tr><tr><td><a id="property-model"></a> <code>model</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-choices"></a> <code>choices</code></td><td><a href="./../../@toolloop/wire/interfaces/ChunkChoice.html"><code>ChunkChoice</code></a>[]</td><td>Empty in the chunk that carries the usage.</td></tr><tr><td><a id="property-usage"></a> <code>usage?</code></td><td><a href="./Usage.html"><code>Usage</code></a> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-service_tier"></a> <code>service_tier?</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-system_fingerprint"></a> <code>system_fingerprint?</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Chunk.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Chunk = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Chunk as default
};
