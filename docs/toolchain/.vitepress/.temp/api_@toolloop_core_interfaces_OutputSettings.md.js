import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: OutputSettings<Output, Context>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/core/interfaces/OutputSettings.md","filePath":"api/@toolloop/core/interfaces/OutputSettings.md"}');
const _sfc_main = { name: "api/@toolloop/core/interfaces/OutputSettings.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-outputsettingsoutput-context" tabindex="-1">Interface: OutputSettings&lt;Output, Context&gt; <a class="header-anchor" href="#interface-outputsettingsoutput-context" aria-label="Permalink to &quot;Interface: OutputSettings\\&lt;Output, Context\\&gt;&quot;">​</a></h1><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-output"></a> <code>Output</code></td><td>-</td></tr><tr><td><a id="type-parameter-context"></a> <code>Context</code></td><td><code>unknown</code></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-schema"></a> <code>schema</code></td><td><code>readonly</code></td><td><code>OutputSchema</code>&lt;<code>Output</code>&gt;</td><td>-</td></tr><tr><td><a id="property-mode"></a> <code>mode?</code></td><td><code>readonly</code></td><td><a href="./../type-aliases/OutputMode.html"><code>OutputMode</code></a></td><td><code>native</code>: the request&#39;s <code>response_format</code>; <code>tool</code>: a function <code>final_answer</code> that the model must call; <code>prompt</code>: the schema is part of the instructions. <strong>Default</strong> <code>what the model&#39;s profile does best</code></td></tr><tr><td><a id="property-validate"></a> <code>validate?</code></td><td><code>readonly</code></td><td>(<code>output</code>, <code>input</code>) =&gt; <code>string</code> | <code>void</code> | <code>Promise</code>&lt;<code>string</code> | <code>void</code>&gt;</td><td>A further check: a text refuses the answer and is told to the model; so is what it throws.</td></tr><tr><td><a id="property-retries"></a> <code>retries?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>How often an answer that does not fit is asked for again. <strong>Default</strong> <code>2</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/core/interfaces/OutputSettings.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const OutputSettings = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  OutputSettings as default
};
