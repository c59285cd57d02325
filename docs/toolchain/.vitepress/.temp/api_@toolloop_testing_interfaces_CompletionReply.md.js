import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CompletionReply","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/CompletionReply.md","filePath":"api/@toolloop/testing/interfaces/CompletionReply.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/CompletionReply.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completionreply" tabindex="-1">Interface: CompletionReply <a class="header-anchor" href="#interface-completionreply" aria-label="Permalink to &quot;Interface: CompletionReply&quot;">​</a></h1><p>A body sent as it is. A streamed request gets it split into chunks, if it has <code>choices</code>.</p><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><a href="./Delivery.html"><code>Delivery</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-faults"></a> <code>faults?</code></td><td><code>readonly</code></td><td>readonly <a href="./../type-aliases/Fault.html"><code>Fault</code></a>[]</td><td>What goes wrong on the way; see <code>fault</code>.</td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-faults"><code>faults</code></a></td></tr><tr><td><a id="property-kind"></a> <code>kind</code></td><td><code>readonly</code></td><td><code>&quot;completion&quot;</code></td><td>-</td><td>-</td></tr><tr><td><a id="property-body"></a> <code>body</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>A string is sent as it is, anything else as JSON.</td><td>-</td></tr><tr><td><a id="property-deltasize"></a> <code>deltaSize?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Characters (code points) of text or arguments in one delta. <strong>Default</strong> <code>the script&#39;s</code></td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-deltasize"><code>deltaSize</code></a></td></tr><tr><td><a id="property-delay"></a> <code>delay?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds before each chunk of a stream, and before a plain answer. <strong>Default</strong> <code>the script&#39;s</code></td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-delay"><code>delay</code></a></td></tr><tr><td><a id="property-headers"></a> <code>headers?</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>string</code>&gt;&gt;</td><td>Response headers beside the usual ones.</td><td><a href="./Delivery.html"><code>Delivery</code></a>.<a href="./Delivery.html#property-headers"><code>headers</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/CompletionReply.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CompletionReply = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CompletionReply as default
};
