import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Explore a folder","description":"","frontmatter":{},"headers":[],"relativePath":"examples/quickstart.md","filePath":"examples/quickstart.md"}');
const _sfc_main = { name: "examples/quickstart.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="explore-a-folder" tabindex="-1">Explore a folder <a class="header-anchor" href="#explore-a-folder" aria-label="Permalink to &quot;Explore a folder&quot;">​</a></h1><p>The demo: an agent with three typed tools over a real folder, and a typed answer.</p><div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#6A737D;--shiki-dark:#6A737D;">               # this repository</span></span>
<span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> ~/some/folder</span><span style="--shiki-light:#6A737D;--shiki-dark:#6A737D;"> # another folder</span></span></code></pre></div><p>It shows</p><ul><li>typed tools, with the folder as their <a href="./../agents.html#context">context</a>: <a href="./../source/examples/quickstart/src/explorer.ts.html"><code>explorer.ts</code></a>;</li><li>a run as a stream of events, printed as they come: <a href="./../source/examples/quickstart/src/show.ts.html"><code>show.ts</code></a>;</li><li>early dispatch: a tool that only reads starts while the model still sends the next call;</li><li>an answer with a schema, which TypeScript knows the type of.</li></ul><p>Without <code>OPENAI_API_KEY</code> a scripted model answers over real HTTP (<a href="./../source/examples/quickstart/src/script.ts.html"><code>script.ts</code></a>). With it, and <code>OPENAI_BASE_URL</code> and <code>OPENAI_MODEL</code> where needed, the demo talks to that API.</p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>step 3 scripted</span></span>
<span class="line"><span>packages/transport is the largest. I look inside, at what it says of itself, and for its tests, all at once.</span></span>
<span class="line"><span>  → list_folder({&quot;path&quot;:&quot;packages/transport&quot;}) while the model is still talking</span></span>
<span class="line"><span>  ✓ list_folder 9 ms {&quot;path&quot;:&quot;packages/transport&quot;,&quot;entries&quot;:[{&quot;name&quot;:&quot;src&quot;,&quot;kind&quot;:&quot;folder&quot;,&quot;bytes&quot;:314252},…</span></span>
<span class="line"><span>  → search_files({&quot;path&quot;:&quot;packages/transport&quot;,&quot;query&quot;:&quot;description&quot;}) while the model is still talking</span></span>
<span class="line"><span>  …</span></span>
<span class="line"><span>Largest   packages/transport (317308 bytes)</span></span>
<span class="line"><span>Promises  A minimal Chat Completions transport: HTTP, SSE, retries, timeouts, errors, stored completions.</span></span>
<span class="line"><span>Tested in packages/transport/src/adapt-request.test.ts, …</span></span>
<span class="line"><span>5 steps, 7146 + 345 tokens, 2302 ms</span></span></code></pre></div></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("examples/quickstart.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const quickstart = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  quickstart as default
};
