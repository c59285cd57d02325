import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ScriptedServerOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/ScriptedServerOptions.md","filePath":"api/@toolloop/testing/interfaces/ScriptedServerOptions.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/ScriptedServerOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-scriptedserveroptions" tabindex="-1">Interface: ScriptedServerOptions <a class="header-anchor" href="#interface-scriptedserveroptions" aria-label="Permalink to &quot;Interface: ScriptedServerOptions&quot;">​</a></h1><h2 id="extends" tabindex="-1">Extends <a class="header-anchor" href="#extends" aria-label="Permalink to &quot;Extends&quot;">​</a></h2><ul><li><code>ChatApiOptions</code></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th><th>Inherited from</th></tr></thead><tbody><tr><td><a id="property-apikey"></a> <code>apiKey?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>Answers 401 to every other key (<code>authorization: Bearer …</code> or <code>api-key</code>). <strong>Default</strong> <code>any key will do</code></td><td><code>ChatApiOptions.apiKey</code></td></tr><tr><td><a id="property-deltasize"></a> <code>deltaSize?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Characters (code points) of text or arguments in one delta. <strong>Default</strong> <code>8</code></td><td><code>ChatApiOptions.deltaSize</code></td></tr><tr><td><a id="property-delay"></a> <code>delay?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Milliseconds before each chunk of a stream, and before a plain answer. <strong>Default</strong> <code>0</code></td><td><code>ChatApiOptions.delay</code></td></tr><tr><td><a id="property-clock"></a> <code>clock?</code></td><td><code>readonly</code></td><td><a href="./../../wire/interfaces/Clock.html"><code>Clock</code></a></td><td>Measures <code>delay</code>; a <code>virtualClock()</code> makes a test independent of time. <strong>Default</strong> <code>systemClock</code></td><td><code>ChatApiOptions.clock</code></td></tr><tr><td><a id="property-check"></a> <code>check?</code></td><td><code>readonly</code></td><td>(<code>request</code>) =&gt; <a href="./ApiError.html"><code>ApiError</code></a> | <code>undefined</code></td><td>Answers 400 to a request it objects to, without taking a step. <code>checkRequest</code> is what the API would say.</td><td><code>ChatApiOptions.check</code></td></tr><tr><td><a id="property-port"></a> <code>port?</code></td><td><code>readonly</code></td><td><code>number</code></td><td><strong>Default</strong> <code>0, any free port</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/ScriptedServerOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ScriptedServerOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ScriptedServerOptions as default
};
