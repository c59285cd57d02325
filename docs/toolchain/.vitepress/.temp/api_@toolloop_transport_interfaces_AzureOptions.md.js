import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: AzureOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/AzureOptions.md","filePath":"api/@toolloop/transport/interfaces/AzureOptions.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/AzureOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-azureoptions" tabindex="-1">Interface: AzureOptions <a class="header-anchor" href="#interface-azureoptions" aria-label="Permalink to &quot;Interface: AzureOptions&quot;">​</a></h1><p>Azure OpenAI: requests go to <code>{baseURL}/openai/deployments/{deployment}/…?api-version=…</code> with an <code>api-key</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-apiversion"></a> <code>apiVersion</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-deployment"></a> <code>deployment?</code></td><td><code>readonly</code></td><td><code>string</code></td><td><strong>Default</strong> the request&#39;s <code>model</code></td></tr><tr><td><a id="property-auth"></a> <code>auth?</code></td><td><code>readonly</code></td><td><code>&quot;api-key&quot;</code> | <code>&quot;bearer&quot;</code></td><td>How the key is sent. <strong>Default</strong> <code>&#39;api-key&#39;</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/AzureOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const AzureOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  AzureOptions as default
};
