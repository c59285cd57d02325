import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Recorded","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/core/interfaces/Recorded.md","filePath":"api/@toolloop/core/interfaces/Recorded.md"}');
const _sfc_main = { name: "api/@toolloop/core/interfaces/Recorded.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-recorded" tabindex="-1">Interface: Recorded <a class="header-anchor" href="#interface-recorded" aria-label="Permalink to &quot;Interface: Recorded&quot;">​</a></h1><p>What every fact carries. An event is a fact if and only if it has <code>seq</code>.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-seq"></a> <code>seq</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Its place in the log, from 0.</td></tr><tr><td><a id="property-at"></a> <code>at</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds since 1970.</td></tr><tr><td><a id="property-run"></a> <code>run</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-path"></a> <code>path</code></td><td><code>readonly</code></td><td><code>string</code></td><td>Which agent of the run: <code>&#39;&#39;</code> is the root.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/core/interfaces/Recorded.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Recorded = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Recorded as default
};
