import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Choice","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/Choice.md","filePath":"api/@toolloop/wire/interfaces/Choice.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/Choice.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-choice" tabindex="-1">Interface: Choice <a class="header-anchor" href="#interface-choice" aria-label="Permalink to &quot;Interface: Choice&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-index"></a> <code>index</code></td><td><code>number</code></td></tr><tr><td><a id="property-message"></a> <code>message</code></td><td><a href="./CompletionMessage.html"><code>CompletionMessage</code></a></td></tr><tr><td><a id="property-finish_reason"></a> <code>finish_reason</code></td><td><a href="./../type-aliases/FinishReason.html"><code>FinishReason</code></a> | <code>null</code></td></tr><tr><td><a id="property-logprobs"></a> <code>logprobs?</code></td><td><a href="./Logprobs.html"><code>Logprobs</code></a> | <code>null</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/Choice.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Choice = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Choice as default
};
