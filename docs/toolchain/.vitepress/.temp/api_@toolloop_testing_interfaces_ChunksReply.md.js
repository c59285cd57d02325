import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ChunksReply","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/ChunksReply.md","filePath":"api/@toolloop/testing/interfaces/ChunksReply.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/ChunksReply.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-chunksreply" tabindex="-1">Interface: ChunksReply <a class="header-anchor" href="#interface-chunksreply" aria-label="Permalink to &quot;Interface: ChunksReply&quot;">​</a></h1><p>Chunks sent exactly as they are. Serves streamed requests only.</p><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><a href="./Delivery.html"><code>Delivery</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-faults"></a> <code>faults?</code></td><td><code>readonly</code></td><td>readonly <a href="./../type-aliases/Fault.html"><code>Fault</code></a>[]</td><td>What goes wrong on the way; see <code>fault</code>.</td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-faults"><code>faults</code></a></td></tr><tr><td><a id="property-kind"></a> <code>kind</code></td><td><code>readonly</code></td><td><code>&quot;chunks&quot;</code></td><td>-</td><td>-</td></tr><tr><td><a id="property-chunks"></a> <code>chunks</code></td><td><code>readonly</code></td><td>readonly <code>unknown</code>[]</td><td>-</td><td>-</td></tr><tr><td><a id="property-deltasize"></a> <code>deltaSize?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Characters (code points) of text or arguments in one delta. <strong>Default</strong> <code>the script&#39;s</code></td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-deltasize"><code>deltaSize</code></a></td></tr><tr><td><a id="property-delay"></a> <code>delay?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds before each chunk of a stream, and before a plain answer. <strong>Default</strong> <code>the script&#39;s</code></td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-delay"><code>delay</code></a></td></tr><tr><td><a id="property-headers"></a> <code>headers?</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>string</code>&gt;&gt;</td><td>Response headers beside the usual ones.</td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-headers"><code>headers</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/ChunksReply.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ChunksReply = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ChunksReply as default
};
