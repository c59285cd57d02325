import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The schema doctor","description":"","frontmatter":{},"headers":[],"relativePath":"examples/strict-doctor.md","filePath":"examples/strict-doctor.md"}');
const _sfc_main = { name: "examples/strict-doctor.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-schema-doctor" tabindex="-1">The schema doctor <a class="header-anchor" href="#the-schema-doctor" aria-label="Permalink to &quot;The schema doctor&quot;">​</a></h1><p>Finds what strict mode would refuse in the schemas that a module exports, before a server answers 400.</p><div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> strict-doctor</span><span style="--shiki-light:#6A737D;--shiki-dark:#6A737D;">                 # the sample</span></span>
<span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> strict-doctor</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> my/schemas.ts</span><span style="--shiki-light:#6A737D;--shiki-dark:#6A737D;">   # your module, relative to where you are</span></span>
<span class="line"><span style="--shiki-light:#6F42C1;--shiki-dark:#B392F0;">npx</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> -y</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> pnpm@12</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> demo</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> strict-doctor</span><span style="--shiki-light:#032F62;--shiki-dark:#9ECBFF;"> my/schemas.ts</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> --record=pairs</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> --tuple=object</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> --open-object=closed</span><span style="--shiki-light:#005CC5;--shiki-dark:#79B8FF;"> --fine-tuned</span></span></code></pre></div><p><code>diagnose(schema)</code> of <code>@toolloop/schema</code> lists the findings (<a href="./../source/examples/strict-doctor/src/examine.ts.html"><code>examine.ts</code></a>); each has its place, what is wrong, and a remedy. <code>✗</code> is an error, <code>!</code> a warning. The exit code is 1 when there is an error. More: <a href="./../schemas.html">schemas</a>.</p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>✓ getWeather</span></span>
<span class="line"><span></span></span>
<span class="line"><span>✗ search</span></span>
<span class="line"><span>  ! search.query</span></span>
<span class="line"><span>      some texts take exponential time to match /^(\\w+\\s?)*$/</span></span>
<span class="line"><span>      → make each text match in one way only, e.g. /^\\w+(?:\\s\\w+)*$/ for /^(\\w+\\s?)*$/</span></span>
<span class="line"><span>  ✗ search.filters</span></span>
<span class="line"><span>      a record has keys of its own choice, which the strict subset cannot express</span></span>
<span class="line"><span>      → z.object({ … }) with the keys you know, or strict: { record: &#39;pairs&#39; }</span></span>
<span class="line"><span>  …</span></span>
<span class="line"><span>4 schemas, 5 errors, 2 warnings</span></span></code></pre></div></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("examples/strict-doctor.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const strictDoctor = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  strictDoctor as default
};
