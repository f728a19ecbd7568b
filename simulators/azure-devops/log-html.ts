import { escapeHtml } from './html.ts';

const stamp = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\.\d+Z /;
const mark = /^##\[(error|warning|section|command|debug)\]/;

/** A log as HTML: tagged lines in color, collapsible groups, the time of day before each line. */
export function logHtml(lines: readonly string[]): string {
  const html: string[] = [];
  let open = false;
  const close = () => {
    if (open) html.push('</details>');
    open = false;
  };
  for (const line of lines) {
    const time = stamp.exec(line)?.[1];
    const text = line.replace(stamp, '');
    if (text.startsWith('##[group]')) {
      close();
      html.push(`<details open><summary>${escapeHtml(text.slice('##[group]'.length))}</summary>`);
      open = true;
    } else if (text.startsWith('##[endgroup]')) {
      close();
    } else {
      html.push(lineHtml(time, text));
    }
  }
  close();
  return html.join('\n');
}

function lineHtml(time: string | undefined, text: string): string {
  const kind = mark.exec(text)?.[1];
  const said = escapeHtml(text.replace(mark, ''));
  const when = time === undefined ? '' : `<time>${time}</time>`;
  return `<div class="l">${when}<span${kind === undefined ? '' : ` class="${kind}"`}>${said}</span></div>`;
}
