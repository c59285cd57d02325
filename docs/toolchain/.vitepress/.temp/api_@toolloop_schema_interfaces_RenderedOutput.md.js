import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: RenderedOutput","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/schema/interfaces/RenderedOutput.md","filePath":"api/@toolloop/schema/interfaces/RenderedOutput.md"}');
const _sfc_main = { name: "api/@toolloop/schema/interfaces/RenderedOutput.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-renderedoutput" tabindex="-1">Interface: RenderedOutput <a class="header-anchor" href="#interface-renderedoutput" aria-label="Permalink to &quot;Interface: RenderedOutput&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-content"></a> <code>content</code></td><td><code>readonly</code></td><td><code>string</code> | <a href="./../../wire/interfaces/TextPart.html"><code>TextPart</code></a>[]</td><td>Goes into the tool message.</td></tr><tr><td><a id="property-parts"></a> <code>parts?</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/type-aliases/ContentPart.html"><code>ContentPart</code></a>[]</td><td>Images, audio and files, which a tool message cannot hold: they follow in a user message.</td></tr><tr><td><a id="property-details"></a> <code>details?</code></td><td><code>readonly</code></td><td><code>unknown</code></td><td>What <code>toolResult</code> kept from the model.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/schema/interfaces/RenderedOutput.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const RenderedOutput = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  RenderedOutput as default
};
