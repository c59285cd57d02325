import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Function: scriptedModel()","description":"","frontmatter":{},"headers":[],"relativePath":"api/@toolloop/testing/functions/scriptedModel.md","filePath":"api/@toolloop/testing/functions/scriptedModel.md"}');
const _sfc_main = { name: "api/@toolloop/testing/functions/scriptedModel.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="function-scriptedmodel" tabindex="-1">Function: scriptedModel() <a class="header-anchor" href="#function-scriptedmodel" aria-label="Permalink to &quot;Function: scriptedModel()&quot;">​</a></h1><div class="language-ts vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">ts</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#D73A49;--shiki-dark:#F97583;">function</span><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;"> scriptedModel</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">(</span><span style="--shiki-light:#E36209;--shiki-dark:#FFAB70;">script</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">, </span><span style="--shiki-light:#E36209;--shiki-dark:#FFAB70;">options</span><span style="--shiki-light:#D73A49;--shiki-dark:#F97583;">?</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">)</span><span style="--shiki-light:#D73A49;--shiki-dark:#F97583;">:</span><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;"> ScriptedModel</span><span style="--shiki-light:#24292E;--shiki-dark:#E1E4E8;">;</span></span></code></pre></div><p>A model whose answers are written down: <code>scriptedModel([call(&#39;add&#39;, { a: 1, b: 2 }), text(&#39;3&#39;)])</code>. A request too many throws a <code>UsageError</code>; <code>assertUsed()</code> throws where steps are left. Faults act on the same bytes as over HTTP: only what arrives whole before a cut is handed out, then the error of a broken connection is thrown.</p><h2 id="parameters" tabindex="-1">Parameters <a class="header-anchor" href="#parameters" aria-label="Permalink to &quot;Parameters&quot;">​</a></h2><table tabindex="0"><thead><tr><th>Parameter</th><th>Type</th></tr></thead><tbody><tr><td><code>script</code></td><td><a href="./../type-aliases/Script.html"><code>Script</code></a></td></tr><tr><td><code>options?</code></td><td><a href="./../interfaces/ScriptedModelOptions.html"><code>ScriptedModelOptions</code></a></td></tr></tbody></table><h2 id="returns" tabindex="-1">Returns <a class="header-anchor" href="#returns" aria-label="Permalink to &quot;Returns&quot;">​</a></h2><p><a href="./../interfaces/ScriptedModel.html"><code>ScriptedModel</code></a></p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("api/@toolloop/testing/functions/scriptedModel.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const scriptedModel = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  scriptedModel as default
};
