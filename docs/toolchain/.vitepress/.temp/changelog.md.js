import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Changelog","description":"","frontmatter":{},"headers":[],"relativePath":"changelog.md","filePath":"changelog.md"}');
const _sfc_main = { name: "changelog.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="changelog" tabindex="-1">Changelog <a class="header-anchor" href="#changelog" aria-label="Permalink to &quot;Changelog&quot;">​</a></h1><p>All packages share one version.</p><h2 id="unreleased" tabindex="-1">Unreleased <a class="header-anchor" href="#unreleased" aria-label="Permalink to &quot;Unreleased&quot;">​</a></h2><ul><li><code>@toolloop/wire</code>: types of the Chat Completions wire, the <code>ChatModel</code> contract, the shared errors.</li><li><code>@toolloop/transport</code>: completions and streams over HTTP, retries, timeouts, typed errors, stored completions, profiles of servers.</li><li><code>@toolloop/stream</code>: chunks to events and a completion, sealed calls, partial JSON typed by the answer and by the tool&#39;s name.</li><li><code>@toolloop/schema</code>: strict function definitions from Zod schemas, arguments and answers back as typed values.</li><li><code>@toolloop/client</code>: <code>client.chat.completions</code> with <code>create</code>, <code>parse</code>, <code>stream</code> and stored completions; events over HTTP by <code>toResponse</code>, <code>sse</code> and <code>readSse</code>.</li><li><code>@toolloop/core</code>: <code>agent</code>, typed by the names of its tools and by what each tool and hook asks of the context, the loop over facts, early dispatch, limits of calls and answers, structured output, outcomes, resuming from a log.</li><li><code>@toolloop/testing</code>: scripted models and servers, a strict server, wire faults, a virtual clock.</li><li><code>toolloop</code>: all of them but testing in one install.</li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("changelog.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const changelog = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  changelog as default
};
