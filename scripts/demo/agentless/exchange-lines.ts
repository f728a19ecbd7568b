import type { ServerAnswer } from '../../../simulators/azure-devops/sender.ts';
import type { ServerRequest } from '../../../simulators/azure-devops/server-request.ts';
import { line, type Line } from '../line.ts';

/** What replaces a secret, as on the page of a run. */
const mask = '***';

/**
 * A request of Azure Pipelines as lines. Secrets are masked, and only the sections with these names are
 * shown.
 */
export function requestLines(
  { method, url, headers, body }: ServerRequest,
  names: readonly string[],
): readonly Line[] {
  const sections = sectionsOf(body);
  const shown = sections.filter(([head = '']) => names.some((name) => head.endsWith(` ${name}`)));
  return [
    line(`${method} ${url}`, 'title'),
    ...Object.entries(headers).map(([name, value]) => line(`${name}: ${masked(name, value)}`)),
    line(''),
    ...shown.flat().map((text) => line(text, text.startsWith('--') ? 'faint' : 'plain')),
    line(`… and ${sections.length - shown.length} more: the caller, and the other inputs`, 'faint'),
  ];
}

export function answerLine({ status, statusName, text }: ServerAnswer): Line {
  const tone = status < 300 ? 'good' : 'bad';
  return [
    { text: `${status} ${statusName}`, tone },
    { text: `  ${text}`, tone: 'plain' },
  ];
}

/** Lines that belong together; the first of each is the name of the section. */
function sectionsOf(body: string): readonly (readonly string[])[] {
  return body
    .trimEnd()
    .split(/^(?=--\S+ \w+$)/m)
    .map((section) => section.trimEnd().split('\n'));
}

function masked(name: string, value: string): string {
  if (name === 'AuthToken') return mask;
  return name === 'Authorization' ? value.replace(/^(\w+ )?.*$/, `$1${mask}`) : value;
}
