import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: AnswerLimits","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/AnswerLimits.md","filePath":"api/toolloop/interfaces/AnswerLimits.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/AnswerLimits.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-answerlimits" tabindex="-1">Interface: AnswerLimits <a class="header-anchor" href="#interface-answerlimits" aria-label="Permalink to &quot;Interface: AnswerLimits&quot;">​</a></h1><p>Whole numbers, or <code>Infinity</code>.</p><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./BuilderOptions.html"><code>BuilderOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-maxtoolcalls"></a> <code>maxToolCalls?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Tool calls in one message. <strong>Default</strong> <code>128</code></td></tr><tr><td><a id="property-maxargumentsbytes"></a> <code>maxArgumentsBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>UTF-8 bytes of one call&#39;s arguments or input. <strong>Default</strong> <code>16 MiB</code></td></tr><tr><td><a id="property-maxcontentbytes"></a> <code>maxContentBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>UTF-8 bytes of everything else the answer carries: text, reasoning, audio, log probabilities, unknown fields. <strong>Default</strong> <code>32 MiB</code></td></tr><tr><td><a id="property-maxlistitems"></a> <code>maxListItems?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Items of a list whose pieces find their item by index or type, such as reasoning blocks. <strong>Default</strong> <code>4096</code></td></tr><tr><td><a id="property-maxdepth"></a> <code>maxDepth?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Objects and arrays inside one another, in arguments and in unknown fields. <strong>Default</strong> <code>128</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/AnswerLimits.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const AnswerLimits = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  AnswerLimits as default
};
