/** The style of a run's page: like Azure DevOps, with a dark log. */
export const pageStyle = `
:root { --line: #e3e3e6; --soft: #605e5c; --blue: #0078d4; --green: #107c41; --red: #cd4a45; --amber: #b8730a; }
* { box-sizing: border-box; }
body { margin: 0; background: #f8f8f9; color: #201f1e; font: 14px/1.45 "Segoe UI", system-ui, sans-serif; }
header { display: flex; gap: 14px; align-items: center; padding: 16px 24px; background: #fff; border-bottom: 1px solid var(--line); }
header svg.icon { width: 28px; height: 28px; }
header h1 { margin: 0; font-size: 20px; font-weight: 600; }
header p { margin: 0; color: var(--soft); }
.brand { margin-left: auto; color: var(--soft); font-size: 12px; text-align: right; }
main { display: grid; grid-template-columns: minmax(300px, 400px) minmax(0, 1fr); gap: 16px; padding: 16px 24px; align-items: start; }
section { background: #fff; border: 1px solid var(--line); border-radius: 6px; margin-bottom: 16px; overflow: hidden; }
section > h2 { margin: 0; padding: 10px 14px; font-size: 14px; font-weight: 600; border-bottom: 1px solid var(--line); }
svg.icon { width: 16px; height: 16px; flex: none; }
.succeeded { color: var(--green); } .failed { color: var(--red); } .inProgress { color: var(--blue); }
.succeededWithIssues { color: var(--amber); } .canceled, .skipped, .pending, .abandoned { color: #8a8886; }
svg.inProgress { animation: turn 1.2s linear infinite; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { svg.inProgress { animation: none; } }
ol.timeline { list-style: none; margin: 0; padding: 4px 0; }
ol.timeline li { position: relative; padding: 6px 14px 7px; }
ol.timeline li:hover { background: #f3f2f1; }
.row { display: flex; gap: 8px; align-items: center; }
.row .name { overflow-wrap: anywhere; } .row.top .name { font-weight: 600; }
.row .time { margin-left: auto; color: var(--soft); font-size: 12px; white-space: nowrap; font-variant-numeric: tabular-nums; }
.operation { margin-left: 24px; color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }
.bar { height: 3px; margin: 4px 0 0 24px; background: #eeeef0; border-radius: 2px; }
.bar i { display: block; height: 3px; min-width: 3px; border-radius: 2px; background: currentColor; }
.log { background: #1b1a19; color: #d6d5d4; font: 12px/1.55 Consolas, "Cascadia Mono", Menlo, monospace; padding: 8px 0; overflow-x: auto; counter-reset: line; }
.log div.l { padding: 0 14px 0 0; white-space: pre; display: flex; }
.log div.l:hover { background: #2b2a29; }
.log div.l::before { counter-increment: line; content: counter(line); flex: none; width: 46px; padding-right: 14px; text-align: right; color: #797775; }
.log time { color: #979593; margin-right: 10px; }
.log .error { color: #ff8f88; } .log .warning { color: #ffcf70; } .log .section { color: #7fd8a0; font-weight: 600; }
.log .command { color: #79b8ff; } .log .debug { color: #b9a3e3; }
.log summary { cursor: pointer; padding-left: 46px; color: #fff; font-weight: 600; white-space: pre; }
.issues { list-style: none; margin: 0; padding: 4px 0; }
.issues li { padding: 6px 14px; white-space: pre-wrap; overflow-wrap: anywhere; display: flex; gap: 8px; }
.summary { padding: 6px 18px 14px; overflow-x: auto; }
.summary h1, .summary h2, .summary h3 { font-size: 16px; margin: 12px 0 6px; }
table { border-collapse: collapse; font-size: 13px; } th, td { border: 1px solid var(--line); padding: 4px 10px; text-align: left; }
th { background: #f8f8f9; font-weight: 600; } code, pre { font: 12px/1.5 Consolas, Menlo, monospace; }
code { background: #f3f2f1; padding: 1px 4px; border-radius: 3px; }
pre { margin: 0; padding: 10px 14px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 320px; overflow: auto; }
.wide { width: 100%; } .wide th { width: 240px; } .wide td { overflow-wrap: anywhere; }
details.attachment > summary { cursor: pointer; padding: 8px 14px; } .type { color: var(--soft); font-size: 12px; }
@media (max-width: 800px) { main { grid-template-columns: minmax(0, 1fr); } }
`;
