import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ModerationParams","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/ModerationParams.md","filePath":"api/@toolloop/wire/interfaces/ModerationParams.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/ModerationParams.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-moderationparams" tabindex="-1">Interface: ModerationParams <a class="header-anchor" href="#interface-moderationparams" aria-label="Permalink to &quot;Interface: ModerationParams&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-model"></a> <code>model</code></td><td><code>string</code></td><td>The moderation model&#39;s id.</td></tr><tr><td><a id="property-policy"></a> <code>policy?</code></td><td>| { <code>input?</code>: | { <code>mode</code>: <code>&quot;score&quot;</code> | <code>&quot;block&quot;</code>; } | <code>null</code>; <code>output?</code>: | { <code>mode</code>: <code>&quot;score&quot;</code> | <code>&quot;block&quot;</code>; } | <code>null</code>; } | <code>null</code></td><td>-</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/ModerationParams.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ModerationParams = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ModerationParams as default
};
