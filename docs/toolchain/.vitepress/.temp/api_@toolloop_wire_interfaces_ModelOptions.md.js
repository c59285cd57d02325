import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ModelOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/ModelOptions.md","filePath":"api/@toolloop/wire/interfaces/ModelOptions.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/ModelOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-modeloptions" tabindex="-1">Interface: ModelOptions <a class="header-anchor" href="#interface-modeloptions" aria-label="Permalink to &quot;Interface: ModelOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-signal"></a> <code>signal?</code></td><td><code>readonly</code></td><td><code>AbortSignal</code></td><td>Aborts the request, the wait before a retry, and the stream.</td></tr><tr><td><a id="property-onretry"></a> <code>onRetry?</code></td><td><code>readonly</code></td><td>(<code>retry</code>) =&gt; <code>void</code></td><td>Called before the wait that precedes a retry.</td></tr><tr><td><a id="property-memory"></a> <code>memory?</code></td><td><code>readonly</code></td><td><a href="./../type-aliases/ModelMemory.html"><code>ModelMemory</code></a></td><td>The same for all requests of one conversation, and of no other.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/ModelOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ModelOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ModelOptions as default
};
