import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: OpenAIClient","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/OpenAIClient.md","filePath":"api/@toolloop/transport/interfaces/OpenAIClient.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/OpenAIClient.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-openaiclient" tabindex="-1">Interface: OpenAIClient <a class="header-anchor" href="#interface-openaiclient" aria-label="Permalink to &quot;Interface: OpenAIClient&quot;">​</a></h1><p>The part of an <code>openai</code> instance that is used.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-chat"></a> <code>chat</code></td><td><code>readonly</code></td><td><code>object</code></td></tr><tr><td><code>chat.completions</code></td><td><code>readonly</code></td><td><code>object</code></td></tr><tr><td><code>chat.completions.create</code></td><td><code>public</code></td><td>(<code>params</code>, <code>options?</code>) =&gt; <code>PromiseLike</code>&lt;<code>unknown</code>&gt;</td></tr><tr><td><a id="property-baseurl"></a> <code>baseURL?</code></td><td><code>readonly</code></td><td><code>string</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/OpenAIClient.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const OpenAIClient = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  OpenAIClient as default
};
