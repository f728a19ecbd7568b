import type { Setting } from '../settings/setting.ts';
import { logLine } from '../text/foreign-text.ts';
import { nearest } from '../text/nearest.ts';

/** What a template may stand for. */
export const templateNames = [
  'application',
  'namespace',
  'project',
  'instance',
  'revision',
  'revisions',
  'outcome',
  'event',
  'phase',
  'hook',
  'message',
  'startedBy',
  'images',
  'applicationUrl',
] as const;
export type TemplateName = (typeof templateNames)[number];

/** A text of a rule that may hold `{{application}}` and the like, read. */
export interface Template {
  /** As it was written. */
  readonly text: string;
  readonly parts: readonly (string | { readonly name: TemplateName })[];
}

/** What an event says, by the names that templates use. Foreign text. */
export type TemplateValues = Readonly<Record<TemplateName, string>>;

/** Characters of a template, of one value in it, and of what comes out. */
const longest = { template: 1_000, value: 2_000, result: 8_000 } as const;
/** What a script or Azure Pipelines would put something else in place of: `$(secret)`, `${{ … }}`, `$[ … ]`. */
const expression = /\$(?=[([{])/g;

/** Reads a template. A text without `{{` is taken as it is. */
export function parseTemplate(text: string): Setting<Template> {
  if (text.length > longest.template) {
    return {
      problem: `it has more than ${longest.template} characters`,
      advice: 'Shorten it: the follow-up can ask for the rest itself.',
    };
  }
  const pieces = text.split('{{');
  const [start = '', ...rest] = pieces;
  const parts: Template['parts'][number][] = start === '' ? [] : [start];
  for (const piece of rest) {
    const end = piece.indexOf('}}');
    if (end < 0) {
      const advice = 'Close it, as in `{{application}}`.';
      return { problem: '`{{` is not closed', advice };
    }
    const name = piece.slice(0, end).trim();
    if (!isTemplateName(name)) return unknownName(name);
    parts.push({ name });
    const after = piece.slice(end + 2);
    if (after !== '') parts.push(after);
  }
  return problemOf(parts) ?? { value: { text, parts } };
}

function isTemplateName(name: string): name is TemplateName {
  return (templateNames as readonly string[]).includes(name);
}

function unknownName(name: string): Setting<never> {
  const meant = nearest(name.slice(0, 40), templateNames);
  const advice = meant
    ? `Did you mean \`{{${meant}}}\`?`
    : `There are: ${templateNames.map((each) => `{{${each}}}`).join(', ')}.`;
  return { problem: `nothing is called \`{{${logLine(name, 40)}}}\``, advice };
}

/** What comes from Argo CD must stay a text: nobody can tell what it does inside of something else. */
function problemOf(parts: Template['parts']): Setting<never> | undefined {
  if (parts.length < 2) return undefined;
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.some((text) => /[\r\n]/.test(text)) || /^\s*[[{"']/.test(texts[0] ?? '')) {
    return {
      problem: 'it puts a value of Argo CD into JSON, YAML or several lines',
      advice: 'Give each value a parameter or variable of its own.',
    };
  }
  if (
    parts.some((part, at) => typeof part === 'string' && /\$[([{]*$/.test(part) && parts[at + 1])
  ) {
    return {
      problem:
        'a `$` stands before a value of Argo CD, which would choose what is put in its place',
      advice: 'Take the `$` out.',
    };
  }
  return undefined;
}

/**
 * The text for one event: one line without control characters, of a bounded length, in which nothing
 * that came from Argo CD means anything to a script's log or to Azure Pipelines' expressions.
 */
export function renderTemplate({ text, parts }: Template, values: TemplateValues): string {
  if (parts.every((part) => typeof part === 'string')) return text;
  let result = '';
  for (const part of parts) {
    const next = typeof part === 'string' ? part : plainValue(values[part.name]);
    const isSplit = typeof part !== 'string' && result.endsWith('$') && /^[([{]/.test(next);
    result += isSplit ? ` ${next}` : next;
  }
  return logLine(result, longest.result);
}

function plainValue(value: string): string {
  return logLine(value, longest.value).replace(expression, '$ ');
}
