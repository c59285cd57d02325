import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: SeenRequest","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/SeenRequest.md","filePath":"api/@toolloop/testing/interfaces/SeenRequest.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/SeenRequest.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-seenrequest" tabindex="-1">Interface: SeenRequest <a class="header-anchor" href="#interface-seenrequest" aria-label="Permalink to &quot;Interface: SeenRequest&quot;">​</a></h1><p>A request as it arrived, and what became of its answer.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-method"></a> <code>method</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-path"></a> <code>path</code></td><td><code>readonly</code></td><td><code>string</code></td><td>Without the query.</td></tr><tr><td><a id="property-query"></a> <code>query</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>string</code>&gt;&gt;</td><td>-</td></tr><tr><td><a id="property-headers"></a> <code>headers</code></td><td><code>readonly</code></td><td><code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>string</code>&gt;&gt;</td><td>Names in lower case.</td></tr><tr><td><a id="property-body"></a> <code>body</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>Parsed JSON; the text where it is none; <code>undefined</code> without a body.</td></tr><tr><td><a id="property-time"></a> <code>time</code></td><td><code>readonly</code></td><td><code>number</code></td><td>When it had arrived, by the server&#39;s clock, in milliseconds.</td></tr><tr><td><a id="property-sent"></a> <code>sent</code></td><td><code>readonly</code></td><td><code>number</code></td><td>Bytes of the answer&#39;s body handed to the socket so far.</td></tr><tr><td><a id="property-aborted"></a> <code>aborted</code></td><td><code>readonly</code></td><td><code>boolean</code></td><td>The client hung up before the answer was complete.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/SeenRequest.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const SeenRequest = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  SeenRequest as default
};
