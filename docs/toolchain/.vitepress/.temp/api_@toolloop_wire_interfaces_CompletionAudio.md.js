import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CompletionAudio","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/CompletionAudio.md","filePath":"api/@toolloop/wire/interfaces/CompletionAudio.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/CompletionAudio.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completionaudio" tabindex="-1">Interface: CompletionAudio <a class="header-anchor" href="#interface-completionaudio" aria-label="Permalink to &quot;Interface: CompletionAudio&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td><td>Names this audio in a later assistant message.</td></tr><tr><td><a id="property-data"></a> <code>data</code></td><td><code>string</code></td><td>Base64, in the requested format.</td></tr><tr><td><a id="property-expires_at"></a> <code>expires_at</code></td><td><code>number</code></td><td>Unix time in seconds after which the id is of no use.</td></tr><tr><td><a id="property-transcript"></a> <code>transcript</code></td><td><code>string</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/CompletionAudio.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CompletionAudio = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CompletionAudio as default
};
