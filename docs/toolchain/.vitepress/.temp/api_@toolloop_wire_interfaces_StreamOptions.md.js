import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: StreamOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/StreamOptions.md","filePath":"api/@toolloop/wire/interfaces/StreamOptions.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/StreamOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-streamoptions" tabindex="-1">Interface: StreamOptions <a class="header-anchor" href="#interface-streamoptions" aria-label="Permalink to &quot;Interface: StreamOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-include_usage"></a> <code>include_usage?</code></td><td><code>boolean</code></td><td>A last chunk with the usage of the whole request and no choices; it is missing when the stream is cut. <strong>Default</strong> <code>false</code></td></tr><tr><td><a id="property-include_obfuscation"></a> <code>include_obfuscation?</code></td><td><code>boolean</code></td><td>Random padding in each chunk that hides its length from who watches the network. <strong>Default</strong> <code>true</code></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/StreamOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const StreamOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  StreamOptions as default
};
