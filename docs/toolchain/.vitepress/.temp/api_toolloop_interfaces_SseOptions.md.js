import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: SseOptions<Event>","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/SseOptions.md","filePath":"api/toolloop/interfaces/SseOptions.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/SseOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-sseoptionsevent" tabindex="-1">Interface: SseOptions&lt;Event&gt; <a class="header-anchor" href="#interface-sseoptionsevent" aria-label="Permalink to &quot;Interface: SseOptions\\&lt;Event\\&gt;&quot;">​</a></h1><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./SseResponseOptions.html"><code>SseResponseOptions</code></a></li></ul><h2 id="type-parameters" tabindex="-1">Type Parameters <a class="header-anchor" href="#type-parameters" aria-label="Permalink to &quot;Type Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Type Parameter</th><th>Default type</th></tr></thead><tbody><tr><td><a id="type-parameter-event"></a> <code>Event</code> <em>extends</em> <a href="./TypedEvent.html"><code>TypedEvent</code></a></td><td><a href="./TypedEvent.html"><code>TypedEvent</code></a></td></tr></tbody></table><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-id"></a> <code>id?</code></td><td><code>readonly</code></td><td>(<code>event</code>) =&gt; <code>string</code> | <code>number</code> | <code>undefined</code></td><td>The event&#39;s id, which a browser&#39;s <code>EventSource</code> sends back when it reconnects. <strong>Default</strong> its <code>seq</code>, where it has one</td></tr><tr><td><a id="property-redact"></a> <code>redact?</code></td><td><code>readonly</code></td><td>(<code>event</code>) =&gt; <a href="./TypedEvent.html"><code>TypedEvent</code></a> | <code>undefined</code></td><td>What the other side may see of an event; <code>undefined</code> leaves it out. <strong>Default</strong> <code>all of it</code></td></tr><tr><td><a id="property-tell"></a> <code>tell?</code></td><td><code>readonly</code></td><td>(<code>error</code>) =&gt; <code>object</code></td><td>What the other side may know of a failure. <strong>Default</strong> <code>its name and code, where it is one of ours: a message may quote what is not for everyone</code></td></tr><tr><td><a id="property-keepalive"></a> <code>keepAlive?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds of silence after which a comment is sent, so that proxies keep the connection. <strong>Default</strong> <code>never</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/SseOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const SseOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  SseOptions as default
};
