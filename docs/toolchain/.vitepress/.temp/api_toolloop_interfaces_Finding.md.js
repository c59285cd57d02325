import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Finding","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/Finding.md","filePath":"api/toolloop/interfaces/Finding.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/Finding.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-finding" tabindex="-1">Interface: Finding <a class="header-anchor" href="#interface-finding" aria-label="Permalink to &quot;Interface: Finding&quot;">​</a></h1><p>One thing that is wrong (<code>error</code>) or not as it seems (<code>warning</code>) with a schema.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-severity"></a> <code>severity</code></td><td><code>readonly</code></td><td><code>&quot;error&quot;</code> | <code>&quot;warning&quot;</code></td><td>-</td></tr><tr><td><a id="property-rule"></a> <code>rule</code></td><td><code>readonly</code></td><td><a href="./../../@toolloop/schema/type-aliases/Rule.html"><code>Rule</code></a></td><td>Which rule, in one word or two, e.g. <code>record</code>, <code>root</code>, <code>limit:properties</code>.</td></tr><tr><td><a id="property-path"></a> <code>path</code></td><td><code>readonly</code></td><td><code>string</code></td><td>Where, in the source schema&#39;s terms, e.g. <code>parameters.user.tags[]</code>.</td></tr><tr><td><a id="property-message"></a> <code>message</code></td><td><code>readonly</code></td><td><code>string</code></td><td>What is wrong, with the value.</td></tr><tr><td><a id="property-remedy"></a> <code>remedy</code></td><td><code>readonly</code></td><td><code>string</code></td><td>What to write instead.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/Finding.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Finding = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Finding as default
};
