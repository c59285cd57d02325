import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"A table that fills up","description":"","frontmatter":{},"headers":[],"relativePath":"examples/live-table.md","filePath":"examples/live-table.md"}');
const _sfc_main = { name: "examples/live-table.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="a-table-that-fills-up" tabindex="-1">A table that fills up <a class="header-anchor" href="#a-table-that-fills-up" aria-label="Permalink to &quot;A table that fills up&quot;">​</a></h1><p>An answer in JSON, drawn as a table while it arrives.</p><div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> live-table</span></span></code></pre></div><p><code>accumulate</code> reads the chunks of a stream; <code>event.parsed</code> is the JSON so far, and <code>event.isComplete(path)</code> says whether a value may still grow (<a href="./../source/examples/live-table/src/table.ts.html"><code>table.ts</code></a>). A delta costs what it adds, however long the answer is. More: <a href="./../streaming.html#json-while-it-arrives">streaming</a>.</p><p>Without <code>OPENAI_API_KEY</code> a scripted model answers. In a terminal the table grows; in a pipe only its last state is printed:</p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>continent      name         metres  climbed  by</span></span>
<span class="line"><span>─────────────  ───────────  ──────  ───────  ────────────────────────────────</span></span>
<span class="line"><span>Asia           Everest      8849    1953     Tenzing Norgay, Edmund Hillary</span></span>
<span class="line"><span>South America  Aconcagua    6961    1897     Matthias Zurbriggen</span></span>
<span class="line"><span>North America  Denali       6190    1913     Walter Harper and three others</span></span>
<span class="line"><span>Africa         Kilimanjaro  5895    1889     Hans Meyer, Ludwig Purtscheller</span></span>
<span class="line"><span>Europe         Elbrus       5642    1874     Akhia Sottaiev and three others</span></span>
<span class="line"><span>Antarctica     Vinson       4892    1966     Nicholas Clinch and nine others</span></span>
<span class="line"><span>Oceania        Puncak Jaya  4884    1962     Heinrich Harrer and three others</span></span></code></pre></div></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("examples/live-table.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const liveTable = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  liveTable as default
};
