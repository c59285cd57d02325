/** The page's style, in the colours that the reader's system prefers. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d8d8de, #3a3a42); --soft: light-dark(#f4f4f7, #24242a); --dim: light-dark(#5c5c66, #a5a5b0); --model: light-dark(#2c5dbd, #7aa2f7); --tool: light-dark(#17734b, #57c38e); --wait: light-dark(#8f5b10, #e0af68); --bad: light-dark(#c0362c, #f7768e); }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.4 system-ui, sans-serif; background: light-dark(#fff, #1a1a1f); color: light-dark(#1b1b20, #e6e6ec); }
h1 { font-size: 16px; margin: 0; } h2 { font-size: 15px; } h3 { font-size: 13px; margin: 12px 0 4px; }
.page { display: flex; flex-direction: column; height: 100vh; }
header { padding: 8px 12px; } header p { margin: 2px 0; } .figures, .hint, .time { color: var(--dim); }
.damage { color: var(--bad); font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 0 12px 8px; border-bottom: 1px solid var(--line); }
button, .button, select, input[type=search] { font: inherit; padding: 3px 9px; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: inherit; }
button[aria-pressed=true] { border-color: var(--model); color: var(--model); }
.button input { position: absolute; opacity: 0; width: 1px; } .button:focus-within, :focus-visible { outline: 2px solid var(--model); outline-offset: 1px; }
.body { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); flex: 1; min-height: 0; }
.list { overflow: auto; min-height: 0; } .all { position: relative; }
.row { position: absolute; left: 0; right: 0; height: 24px; padding: 2px 12px; display: flex; gap: 10px; white-space: nowrap; overflow: hidden; cursor: default; }
.row:hover { background: var(--soft); } .row.chosen { background: light-dark(#dce7fb, #2c3a5a); }
.row .time { flex: none; width: 84px; text-align: right; font-variant-numeric: tabular-nums; } .path { color: var(--model); } .text { overflow: hidden; text-overflow: ellipsis; }
.lane { flex: none; width: 190px; overflow: hidden; text-overflow: ellipsis; } .bar { flex: 1; height: 20px; background: var(--soft); } .row .bar + .time { width: 120px; }
rect.agent, rect.function { fill: var(--dim); opacity: .6; } rect.model { fill: var(--model); } rect.tool { fill: var(--tool); } rect.wait { fill: var(--wait); } rect.failed { fill: var(--bad); } rect.open { opacity: .5; } rect.early { stroke: var(--wait); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.step-cut, .run-resume, .approval-request { font-weight: 600; }
aside { overflow: auto; padding: 4px 14px; border-left: 1px solid var(--line); } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: 8px; border-radius: 6px; margin: 0; font: 12px/1.45 ui-monospace, monospace; }
.commands { display: flex; gap: 6px; flex-wrap: wrap; }
.node { flex: 1; overflow: hidden; text-overflow: ellipsis; } .kind { width: 70px; color: var(--dim); } .status { width: 90px; } .figure { width: 110px; text-align: right; font-variant-numeric: tabular-nums; color: var(--dim); } .status.failed, .status.error { color: var(--bad); } .link { color: var(--dim); } .link.live { color: var(--tool); } .link.reconnecting { color: var(--bad); }
.table { overflow: auto; padding: 8px 12px; } table { border-collapse: collapse; } td, th { text-align: left; padding: 3px 10px; border-bottom: 1px solid var(--line); } tbody tr:hover { background: var(--soft); }
.body > .table:last-child { grid-column: 1 / -1; } .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .columns section { min-width: 0; } .differs { background: light-dark(#fbe3e1, #4a2530); }
.empty { padding: 20vh 10vw; text-align: center; }
@media (max-width: 800px) { .body, .columns { grid-template-columns: minmax(0, 1fr); } aside { border-left: 0; border-top: 1px solid var(--line); } }
`
