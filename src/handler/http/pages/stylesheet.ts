/** The only style of the pages: light, or dark if the reader's system is. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --panel: #ffffff; --line: #e1e4ea; --text: #1c2230; --dim: #626b7c;
  --link: #0b62c4; --good: #14693d; --bad: #c0262d; --warn: #9a5b00; --busy: #0b62c4;
  --good-soft: #e2f4ea; --bad-soft: #fde7e8; --warn-soft: #fcf0d9; --busy-soft: #e3effc;
  --idle-soft: #eceef2; --track: #eef0f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151c; --panel: #1a1f29; --line: #2c3341; --text: #e6e9f0; --dim: #98a2b5;
    --link: #74b1ff; --good: #5fd197; --bad: #ff8a8f; --warn: #f0b95c; --busy: #74b1ff;
    --good-soft: #17362a; --bad-soft: #43212a; --warn-soft: #3d3018; --busy-soft: #1b3150;
    --idle-soft: #2a303c; --track: #242a36;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
header, main, footer { max-width: 80rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding-top: 1.4rem; }
header h1 { font-size: 1.15rem; margin: 0; }
header .fill { flex: 1; }
h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .4rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
footer { padding-top: 1.5rem; padding-bottom: 2rem; color: var(--dim); font-size: .85rem; }
.dim { color: var(--dim); }
.small { font-size: .85rem; }
.panel {
  background: var(--panel); border: 1px solid var(--line); border-radius: 10px;
  padding: 1rem 1.2rem; margin: .6rem 0;
}
.scroll { overflow-x: auto; padding: 0; }
.notice { border-left: 4px solid var(--warn); }
.notice.bad { border-left-color: var(--bad); }
.notice ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; }
.card .figure { font-size: 1.7rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .9rem; vertical-align: top; }
th { font-size: .78rem; font-weight: 600; color: var(--dim); white-space: nowrap; }
tbody tr { border-top: 1px solid var(--line); }
tbody tr.phase td { background: var(--page); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.name { width: 20%; min-width: 9rem; overflow-wrap: anywhere; }
td.text { width: 50%; min-width: 14rem; overflow-wrap: anywhere; }
td.word { max-width: 18rem; overflow-wrap: break-word; }
td.run { min-width: 12rem; max-width: 18rem; overflow-wrap: break-word; }
td.part { min-width: 14rem; max-width: 22rem; overflow-wrap: anywhere; }
td.wide { width: 28%; }
td form + form { margin-top: .3rem; }
td.bar { width: 26%; min-width: 11rem; }
.tag {
  display: inline-block; padding: .05rem .55rem; border-radius: 999px; font-size: .8rem;
  font-weight: 600; white-space: nowrap; background: var(--idle-soft); color: var(--dim);
}
.tag.good { background: var(--good-soft); color: var(--good); }
.tag.bad { background: var(--bad-soft); color: var(--bad); }
.tag.warn { background: var(--warn-soft); color: var(--warn); }
.tag.busy { background: var(--busy-soft); color: var(--busy); }
.tabs { display: flex; flex-wrap: wrap; gap: .4rem; margin: .2rem 0 .6rem; }
.tabs a { padding: .2rem .75rem; border-radius: 999px; border: 1px solid var(--line); background: var(--panel); }
.tabs a[aria-current] { background: var(--text); border-color: var(--text); color: var(--page); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, 'Cascadia Mono', Consolas, monospace; font-size: .86em; }
pre {
  margin: .5rem 0; padding: .7rem .9rem; border-radius: 8px; background: var(--track);
  overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
}
svg.bar { display: block; width: 100%; height: .8rem; margin-top: .35rem; }
svg.bar .track { fill: var(--track); }
svg.bar .good { fill: var(--good); }
svg.bar .bad { fill: var(--bad); }
svg.bar .warn { fill: var(--warn); }
svg.bar .busy { fill: var(--busy); }
svg.bar .idle { fill: var(--dim); }
.cause { border-left: 4px solid var(--bad); }
.cause p { margin: .3rem 0; }
`;
