import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ReadChunksOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/ReadChunksOptions.md","filePath":"api/@toolloop/transport/interfaces/ReadChunksOptions.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/ReadChunksOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-readchunksoptions" tabindex="-1">Interface: ReadChunksOptions <a class="header-anchor" href="#interface-readchunksoptions" aria-label="Permalink to &quot;Interface: ReadChunksOptions&quot;">​</a></h1><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><a href="./SseOptions.html"><code>SseOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-n"></a> <code>n?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>How many choices were asked for: others do not count. <strong>Default</strong> <code>those that come</code></td><td>-</td></tr><tr><td><a id="property-onevent"></a> <code>onEvent?</code></td><td><code>readonly</code></td><td>(<code>finished</code>) =&gt; <code>void</code></td><td>Called after each read that held an event. Comments and keep-alives are none.</td><td>-</td></tr><tr><td><a id="property-answer"></a> <code>answer?</code></td><td><code>readonly</code></td><td>() =&gt; <code>Answer</code></td><td>Where the bytes come from, for the messages of errors inside the stream.</td><td>-</td></tr><tr><td><a id="property-maxeventbytes"></a> <code>maxEventBytes?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The most bytes one event may take. <strong>Default</strong> <code>33_554_432</code></td><td><a href="./SseOptions.html"><code>SseOptions</code></a>.<a href="./SseOptions.html#property-maxeventbytes"><code>maxEventBytes</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/ReadChunksOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ReadChunksOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ReadChunksOptions as default
};
