import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: CustomDefinition","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/CustomDefinition.md","filePath":"api/@toolloop/wire/interfaces/CustomDefinition.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/CustomDefinition.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-customdefinition" tabindex="-1">Interface: CustomDefinition <a class="header-anchor" href="#interface-customdefinition" aria-label="Permalink to &quot;Interface: CustomDefinition&quot;">​</a></h1><p>A tool with one free-text input, optionally held to a grammar.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-type"></a> <code>type</code></td><td><code>&quot;custom&quot;</code></td><td>-</td></tr><tr><td><a id="property-custom"></a> <code>custom</code></td><td><code>object</code></td><td>-</td></tr><tr><td><code>custom.name</code></td><td><code>string</code></td><td>-</td></tr><tr><td><code>custom.description?</code></td><td><code>string</code></td><td>-</td></tr><tr><td><code>custom.format?</code></td><td>| { <code>type</code>: <code>&quot;text&quot;</code>; } | { <code>type</code>: <code>&quot;grammar&quot;</code>; <code>grammar</code>: { <code>definition</code>: <code>string</code>; <code>syntax</code>: <code>&quot;lark&quot;</code> | <code>&quot;regex&quot;</code>; }; }</td><td><strong>Default</strong> <code>{ type: &#39;text&#39; }</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/CustomDefinition.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CustomDefinition = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CustomDefinition as default
};
