import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: RunOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/toolloop/interfaces/RunOptions.md","filePath":"api/toolloop/interfaces/RunOptions.md"}');
const _sfc_main = { name: "api/toolloop/interfaces/RunOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-runoptions" tabindex="-1">Interface: RunOptions <a class="header-anchor" href="#interface-runoptions" aria-label="Permalink to &quot;Interface: RunOptions&quot;">​</a></h1><p>How one run is run.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-signal"></a> <code>signal?</code></td><td><code>readonly</code></td><td><code>AbortSignal</code></td><td>Aborts the run; it ends as <code>aborted</code>.</td></tr><tr><td><a id="property-log"></a> <code>log?</code></td><td><code>readonly</code></td><td><a href="./RunLog.html"><code>RunLog</code></a></td><td>Where the facts of a new run are kept. <strong>Default</strong> <code>in memory</code></td></tr><tr><td><a id="property-from"></a> <code>from?</code></td><td><code>readonly</code></td><td><a href="./RunLog.html"><code>RunLog</code></a></td><td>The log of an earlier run of this agent, which then goes on.</td></tr><tr><td><a id="property-decisions"></a> <code>decisions?</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <a href="./../type-aliases/Decision.html"><code>Decision</code></a>&gt;&gt;</td><td>Answers to the requests of a run that ended as <code>approval</code>, by call id. Only with <code>from</code>.</td></tr><tr><td><a id="property-runid"></a> <code>runId?</code></td><td><code>readonly</code></td><td><code>string</code></td><td><strong>Default</strong> <code>a random UUID</code></td></tr><tr><td><a id="property-clock"></a> <code>clock?</code></td><td><code>readonly</code></td><td><a href="./../../@toolloop/wire/interfaces/Clock.html"><code>Clock</code></a></td><td><strong>Default</strong> <code>the system&#39;s</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/toolloop/interfaces/RunOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const RunOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  RunOptions as default
};
