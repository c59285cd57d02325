import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Early dispatch as a timeline","description":"","frontmatter":{},"headers":[],"relativePath":"examples/early-dispatch.md","filePath":"examples/early-dispatch.md"}');
const _sfc_main = { name: "examples/early-dispatch.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="early-dispatch-as-a-timeline" tabindex="-1">Early dispatch as a timeline <a class="header-anchor" href="#early-dispatch-as-a-timeline" aria-label="Permalink to &quot;Early dispatch as a timeline&quot;">​</a></h1><p>The same run twice: first every tool waits for the end of the model&#39;s message, then each call starts as soon as its arguments are complete.</p><div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> early-dispatch</span></span></code></pre></div><p>A tool may start early when its <code>effects</code> are <code>&#39;none&#39;</code> or <code>&#39;idempotent&#39;</code> and it needs no approval. <code>earlyDispatch: false</code> on the agent turns this off. The transcript is the same both ways. <a href="./../source/examples/early-dispatch/src/timeline.ts.html"><code>timeline.ts</code></a> draws the bars from the run&#39;s events.</p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>early dispatch off</span></span>
<span class="line"><span>model 1             ████████████████████████████████████████                  43–663 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Oslo&quot;}                                             █████████████████ 664–921 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Rome&quot;}                                             █████████████████ 664–921 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Lima&quot;}                                             █████████████████ 664–921 ms</span></span>
<span class="line"><span>model 2                                                                     █ 921–931 ms</span></span>
<span class="line"><span></span></span>
<span class="line"><span>early dispatch on</span></span>
<span class="line"><span>model 1          ███████████████████████████████████████████                  1–590 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Oslo&quot;}                    ██████████████████                         242–492 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Rome&quot;}                                ██████████████████             404–655 ms</span></span>
<span class="line"><span>{&quot;city&quot;:&quot;Lima&quot;}                                           ███████████████████ 565–818 ms</span></span>
<span class="line"><span>model 2                                                                      █ 818–819 ms</span></span></code></pre></div></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("examples/early-dispatch.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const earlyDispatch = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  earlyDispatch as default
};
