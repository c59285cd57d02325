import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StreamedAnswer<Parsed, Args>","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/client/interfaces/StreamedAnswer.md","filePath":"api/@toolloop/client/interfaces/StreamedAnswer.md"}');
const _sfc_main = { name: "api/@toolloop/client/interfaces/StreamedAnswer.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-streamedanswerparsed-args" tabindex="-1">Interface: StreamedAnswer&lt;Parsed, Args&gt; <a class="header-anchor" href="#interface-streamedanswerparsed-args" aria-label="Permalink to &quot;Interface: StreamedAnswer\\&lt;Parsed, Args\\&gt;&quot;">​</a></h1><p>An answer that can be opened, and what is known of it meanwhile.</p><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-parsed"></a> <code>Parsed</code></td><td>-</td></tr><tr><td><a id="type-parameter-args"></a> <code>Args</code></td><td><a href="./../../stream/type-aliases/AnyArgs.html"><code>AnyArgs</code></a></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-builder"></a> <code>builder</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/classes/CompletionBuilder.html"><code>CompletionBuilder</code></a>&lt;<code>Parsed</code>, <code>Args</code>&gt;</td></tr><tr><td><a id="property-response"></a> <code>response</code></td><td><code>readonly</code></td><td>() =&gt; | <a href="./../../transport/interfaces/ResponseInfo.html"><code>ResponseInfo</code></a> | <code>undefined</code></td></tr><tr><td><a id="property-open"></a> <code>open</code></td><td><code>readonly</code></td><td>() =&gt; <code>Promise</code>&lt;<a href="./EventSource.html"><code>EventSource</code></a>&lt;<a href="./../../../toolloop/type-aliases/StreamEvent.html"><code>StreamEvent</code></a>&lt;<code>Parsed</code>, <code>Args</code>&gt;, <a href="./../../../toolloop/interfaces/Completion.html"><code>Completion</code></a>&gt;&gt;</td></tr><tr><td><a id="property-read"></a> <code>read</code></td><td><code>readonly</code></td><td>(<code>completion</code>) =&gt; <code>Promise</code>&lt;<a href="./../../../toolloop/interfaces/ParsedCompletion.html"><code>ParsedCompletion</code></a>&lt;<code>unknown</code>, <code>unknown</code>&gt;&gt;</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/client/interfaces/StreamedAnswer.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StreamedAnswer = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StreamedAnswer as default
};
