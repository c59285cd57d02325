import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: Chat","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/client/interfaces/Chat.md","filePath":"api/@toolloop/client/interfaces/Chat.md"}');
const _sfc_main = { name: "api/@toolloop/client/interfaces/Chat.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-chat" tabindex="-1">Interface: Chat <a class="header-anchor" href="#interface-chat" aria-label="Permalink to &quot;Interface: Chat&quot;">​</a></h1><p>The group <code>chat</code> of a client.</p><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th></tr></thead><tbody><tr><td><a id="property-completions"></a> <code>completions</code></td><td><code>readonly</code></td><td><a href="./../../../toolloop/interfaces/Completions.html"><code>Completions</code></a></td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/client/interfaces/Chat.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Chat = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Chat as default
};
