import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Timeouts","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/Timeouts.md","filePath":"api/@toolloop/transport/interfaces/Timeouts.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/Timeouts.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-timeouts" tabindex="-1">Interface: Timeouts <a class="header-anchor" href="#interface-timeouts" aria-label="Permalink to &quot;Interface: Timeouts&quot;">​</a></h1><p>Milliseconds; <code>Infinity</code> and <code>0</code> switch a clock off.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-total"></a> <code>total?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>The whole request: all attempts, the waits between them, the stream. <strong>Default</strong> <code>600_000</code></td></tr><tr><td><a id="property-attempt"></a> <code>attempt?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>One attempt. <strong>Default</strong> <code>the total</code></td></tr><tr><td><a id="property-connect"></a> <code>connect?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Until the connection stands; with <code>fetch</code> it is part of <code>headers</code>. <strong>Default</strong> <code>10_000</code></td></tr><tr><td><a id="property-headers"></a> <code>headers?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>From the connection to the response&#39;s headers. <strong>Default</strong> <code>the total</code></td></tr><tr><td><a id="property-firstevent"></a> <code>firstEvent?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>From the headers to the first event of a stream. <strong>Default</strong> <code>the total</code></td></tr><tr><td><a id="property-idle"></a> <code>idle?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Between two events of a stream; comments are none. <strong>Default</strong> <code>180_000</code></td></tr><tr><td><a id="property-trailer"></a> <code>trailer?</code></td><td><code>readonly</code></td><td><code>number</code></td><td>From the finish of the answer to what may follow it: the usage, <code>[DONE]</code>, the end. At most <code>idle</code>. It ends the answer normally, never as an error. <strong>Default</strong> <code>5_000</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/Timeouts.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Timeouts = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Timeouts as default
};
