import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CallIds","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/stream/interfaces/CallIds.md","filePath":"api/@toolloop/stream/interfaces/CallIds.md"}');
const _sfc_main = { name: "api/@toolloop/stream/interfaces/CallIds.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-callids" tabindex="-1">Interface: CallIds <a class="header-anchor" href="#interface-callids" aria-label="Permalink to &quot;Interface: CallIds&quot;">​</a></h1><h2 id="extended-by" tabindex="-1">Extended by <a class="header-anchor" href="#extended-by" aria-label="Permalink to &quot;Extended by&quot;">​</a></h2><ul><li><a href="./../../../toolloop/interfaces/BuilderOptions.html"><code>BuilderOptions</code></a></li></ul><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-mintid"></a> <code>mintId?</code></td><td><code>readonly</code></td><td>(<code>choice</code>, <code>index</code>) =&gt; <code>string</code></td><td>Makes an id for a call without one, or with one that is taken. Without it such ids stay as they came.</td></tr><tr><td><a id="property-takenids"></a> <code>takenIds?</code></td><td><code>readonly</code></td><td><code>ReadonlySet</code>&lt;<code>string</code>&gt;</td><td>Ids that earlier messages use; a call that comes with one is given a new id by <code>mintId</code>.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/stream/interfaces/CallIds.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CallIds = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CallIds as default
};
