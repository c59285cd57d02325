import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Completion","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Completion.md","filePath":"api/toolloop/interfaces/Completion.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Completion.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-completion" tabindex="-1">Interface: Completion <a class="header-anchor" href="#interface-completion" aria-label="Permalink to &quot;Interface: Completion&quot;">​</a></h1><p>The answer to a request without <code>stream</code>. Fields not listed here are kept as they came.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-object"></a> <code>object</code></td><td><code>&quot;chat.completion&quot;</code></td><td>-</td></tr><tr><td><a id="property-created"></a> <code>created</code></td><td><code>number</code></td><td>Unix time in seconds.</td></tr><tr><td><a id="property-model"></a> <code>model</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-choices"></a> <code>choices</code></td><td><a href="./../../@toolloop/wire/interfaces/Choice.html"><code>Choice</code></a>[]</td><td>-</td></tr><tr><td><a id="property-usage"></a> <code>usage?</code></td><td><a href="./Usage.html"><code>Usage</code></a> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-service_tier"></a> <code>service_tier?</code></td><td><code>string</code> | <code>null</code></td><td>-</td></tr><tr><td><a id="property-system_fingerprint"></a> <s><code>system_fingerprint?</code></s></td><td><code>string</code> | <code>null</code></td><td><strong>Deprecated</strong> Identifies the server&#39;s configuration.</td></tr><tr><td><a id="property-metadata"></a> <code>metadata?</code></td><td><code>Record</code>&lt;<code>string</code>, <code>string</code>&gt; | <code>null</code></td><td>With a stored completion.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Completion.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Completion = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Completion as default
};
