import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Interface: ChatModelOptions","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/transport/interfaces/ChatModelOptions.md","filePath":"api/@toolloop/transport/interfaces/ChatModelOptions.md"}');
const _sfc_main = { name: "api/@toolloop/transport/interfaces/ChatModelOptions.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="interface-chatmodeloptions" tabindex="-1">Interface: ChatModelOptions <a class="header-anchor" href="#interface-chatmodeloptions" aria-label="Permalink to &quot;Interface: ChatModelOptions&quot;">​</a></h1><h2 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Property</th><th>Modifier</th><th>Type</th><th>Description</th></tr></thead><tbody><tr><td><a id="property-profile"></a> <code>profile?</code></td><td><code>readonly</code></td><td>| <a href="./../type-aliases/ProfileName.html"><code>ProfileName</code></a> | <code>Partial</code>&lt;<a href="./../../../toolloop/interfaces/Profile.html"><code>Profile</code></a>&gt;</td><td><strong>Default</strong> <code>the client&#39;s, else told by its base URL</code></td></tr><tr><td><a id="property-price"></a> <code>price?</code></td><td><code>readonly</code></td><td><a href="./../../wire/interfaces/Price.html"><code>Price</code></a></td><td>For <code>result.cost</code>.</td></tr></tbody></table></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/transport/interfaces/ChatModelOptions.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const ChatModelOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  ChatModelOptions as default
};
