import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Faulty","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/Faulty.md","filePath":"api/@toolloop/testing/interfaces/Faulty.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/Faulty.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-faulty" tabindex="-1">Interface: Faulty <a class="header-anchor" href="#interface-faulty" aria-label="Permalink to &quot;Interface: Faulty&quot;">​</a></h1><p>What can have faults: every reply.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./Delivery.html"><code>Delivery</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-faults"></a> <code>faults?</code></td><td><code>readonly</code></td><td>readonly <a href="./../type-aliases/Fault.html"><code>Fault</code></a>[]</td><td>What goes wrong on the way; see <code>fault</code>.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/Faulty.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Faulty = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Faulty as default
};
