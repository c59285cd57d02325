import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: AudioParams","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/wire/interfaces/AudioParams.md","filePath":"api/@toolloop/wire/interfaces/AudioParams.md"}');
const _sfc_main = { name: "api/@toolloop/wire/interfaces/AudioParams.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-audioparams" tabindex="-1">Interface: AudioParams <a class="header-anchor" href="#interface-audioparams" aria-label="Permalink to &quot;Interface: AudioParams&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-format"></a> <code>format</code></td><td><code>&quot;wav&quot;</code> | <code>&quot;mp3&quot;</code> | <code>&quot;aac&quot;</code> | <code>&quot;flac&quot;</code> | <code>&quot;opus&quot;</code> | <code>&quot;pcm16&quot;</code></td><td>-</td></tr><tr><td><a id="property-voice"></a> <code>voice</code></td><td>| <code>string</code> | { <code>id</code>: <code>string</code>; }</td><td>A built-in voice&#39;s name (<code>alloy</code>, <code>ash</code>, <code>ballad</code>, …), or a custom voice&#39;s id.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/wire/interfaces/AudioParams.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const AudioParams = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  AudioParams as default
};
