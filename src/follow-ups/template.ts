import type { Setting } from '../settings/setting.ts';
import { logLine } from '../text/foreign-text.ts';
import { nearest } from '../text/nearest.ts';

/** The names that templates may use. */
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

/** A parsed text of a rule that may contain names such as `{{application}}`. */
export interface Template {
  /** The text as written. */
  readonly text: string;
  readonly parts: readonly (string | { readonly name: TemplateName })[];
}

/** The values of an event by template name. Foreign text. */
export type TemplateValues = Readonly<Record<TemplateName, string>>;

/** Characters of a template, of one value in it, and of the result. */
const longest = { template: 1_000, value: 2_000, result: 8_000 } as const;
/** What a script or Azure Pipelines would expand: `$(secret)`, `${{ … }}`, `$[ … ]`. */
const expression = /\$(?=[([{])/g;

/** Parses a template. A text without `{{` is used unchanged. */
export function parseTemplate(text: string): Setting<Template> {
  if (text.length > longest.template) {
    return {
      problem: `it has more than ${longest.template} characters`,
      advice: 'Shorten it: the follow-up can look up the rest itself.',
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
    : `Use one of: ${templateNames.map((each) => `{{${each}}}`).join(', ')}.`;
  return { problem: `unknown name \`{{${logLine(name, 40)}}}\``, advice };
}

/** Values from Argo CD must stay plain text: inside other syntax their effect is unpredictable. */
function problemOf(parts: Template['parts']): Setting<never> | undefined {
  if (parts.length < 2) return undefined;
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.some((text) => /[\r\n]/.test(text)) || /^\s*[[{"']/.test(texts[0] ?? '')) {
    return {
      problem: 'it puts a value from Argo CD into JSON, YAML or multi-line text',
      advice: 'Give each value its own parameter or variable.',
    };
  }
  if (
    parts.some((part, at) => typeof part === 'string' && /\$[([{]*$/.test(part) && parts[at + 1])
  ) {
    return {
      problem:
        'a `$` precedes a value from Argo CD, which could then choose what the expression expands to',
      advice: 'Remove the `$`.',
    };
  }
  return undefined;
}

/**
 * The text for one event: one line of bounded length without control characters. Values from Argo CD in
 * it cannot act as logging commands or as expressions of Azure Pipelines.
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

/** The texts for one event, by their names. */
export function renderTemplates(
  templates: Readonly<Record<string, Template>>,
  values: TemplateValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, renderTemplate(template, values)]),
  );
}

function plainValue(value: string): string {
  return logLine(value, longest.value).replace(expression, '$ ');
}
