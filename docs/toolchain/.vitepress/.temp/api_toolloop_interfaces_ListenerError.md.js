import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ListenerError","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/ListenerError.md","filePath":"api/toolloop/interfaces/ListenerError.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/ListenerError.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-listenererror" tabindex="-1">Interface: ListenerError <a class="header-anchor" href="#interface-listenererror" aria-label="Permalink to &quot;Interface: ListenerError&quot;">​</a></h1><p>A listener threw. The source goes on; only listeners of this type and the iterator are told.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>readonly</code></td><td><code>&quot;listener.error&quot;</code></td><td>-</td></tr><tr><td><a id="property-event"></a> <code>event</code></td><td><code>readonly</code></td><td><code>string</code></td><td>The type of event it was called with.</td></tr><tr><td><a id="property-error"></a> <code>error</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/ListenerError.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ListenerError = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ListenerError as default
};
