import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CallParts","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/interfaces/CallParts.md","filePath":"api/@toolloop/testing/interfaces/CallParts.md"}');
const _sfc_main = { name: "api/@toolloop/testing/interfaces/CallParts.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-callparts" tabindex="-1">Interface: CallParts <a class="header-anchor" href="#interface-callparts" aria-label="Permalink to &quot;Interface: CallParts&quot;">​</a></h1><p>One tool call: <code>args</code> for a function, <code>input</code> for a custom tool.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-name"></a> <code>name</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-args"></a> <code>args?</code></td><td><code>readonly</code></td><td><code>string</code> | <code>Readonly</code>&lt;<code>Record</code>&lt;<code>string</code>, <code>unknown</code>&gt;&gt;</td><td>An object is written as JSON; a string is sent as it is, valid or not. <strong>Default</strong> <code>{}</code></td></tr><tr><td><a id="property-input"></a> <code>input?</code></td><td><code>readonly</code></td><td><code>string</code></td><td>-</td></tr><tr><td><a id="property-id"></a> <code>id?</code></td><td><code>readonly</code></td><td><code>string</code></td><td><strong>Default</strong> <code>call_&lt;request&gt;_&lt;position&gt;</code>, both counted from 1</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/interfaces/CallParts.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CallParts = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CallParts as default
};
