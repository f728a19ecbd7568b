import { escapeHtml } from './html.ts';

/**
 * The order in which the two kinds of placeholders are filled in, which is documented nowhere
 * (azure-devops.md §12.6).
 */
export type TemplateOrder = 'macrosFirst' | 'mustacheFirst';

export interface TemplateScope {
  /** The value of `$(name)`; undefined leaves the macro unexpanded. */
  readonly macro: (name: string) => string | undefined;
  /** The value of `{{name}}`; undefined means an empty text. */
  readonly mustache: (name: string) => string | undefined;
}

const macroPattern = /\$\(([^()]+)\)/g;
const tag =
  /\{\{\{\s*(?<raw>[^{}]+?)\s*\}\}\}|\{\{\s*(?:#(?<open>\w+)(?<parameters>[^{}]*)|\/(?<close>\w+)|(?<otherwise>else)|(?<escaped>[^{}#/][^{}]*?))\s*\}\}/g;
const parameter = /'([^']*)'|"([^"]*)"|([^\s'"]+)/g;

/** Replaces `$(name)` once; values are not expanded again. */
export function expandMacros(text: string, macro: TemplateScope['macro']): string {
  return text.replace(macroPattern, (whole, name: string) => macro(name.trim()) ?? whole);
}

/** Fills in a template of `task.json`. Throws for an unsupported helper. */
export function fillTemplate(text: string, scope: TemplateScope, order: TemplateOrder): string {
  return order === 'macrosFirst'
    ? fillMustache(expandMacros(text, scope.macro), scope.mustache)
    : expandMacros(fillMustache(text, scope.mustache), scope.macro);
}

interface Block {
  readonly name: string;
  /** Whether the current part is shown. */
  shown: boolean;
  readonly holds: boolean;
}

/** `{{x}}` escaped as HTML, `{{{x}}}` raw, and the blocks `if`, `equals` and `notEquals`. */
export function fillMustache(text: string, value: TemplateScope['mustache']): string {
  const blocks: Block[] = [];
  const shown = () => blocks.every((block) => block.shown);
  let filled = '';
  let end = 0;
  for (const match of text.matchAll(tag)) {
    const { raw, open, parameters = '', close, otherwise, escaped } = match.groups ?? {};
    if (shown()) filled += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (open !== undefined) {
      const holds = blockHolds(open, [...parameters.matchAll(parameter)], value);
      blocks.push({ name: open, shown: holds, holds });
    } else if (close !== undefined) {
      const block = blocks.pop();
      if (block?.name !== close) throw new Error(`The template closes {{/${close}}} unopened.`);
    } else if (otherwise !== undefined) {
      const block = blocks.at(-1);
      if (!block) throw new Error('The template has an {{else}} outside a block.');
      block.shown = !block.holds;
    } else if (shown()) {
      filled += raw === undefined ? escapeHtml(lookUp(escaped, value)) : lookUp(raw, value);
    }
  }
  const open = blocks.at(-1);
  if (open) throw new Error(`The template does not close {{#${open.name}}}.`);
  return filled + text.slice(end);
}

function lookUp(name = '', value: TemplateScope['mustache']): string {
  if (/\s/.test(name)) throw new Error(`The helper of {{${name}}} is not known here.`);
  return value(name) ?? '';
}

function blockHolds(
  helper: string,
  parameters: readonly RegExpMatchArray[],
  value: TemplateScope['mustache'],
): boolean {
  const [first = '', second = '', ignoreCase] = parameters.map(
    ([, single, double, bare]) => single ?? double ?? bareValue(bare, value),
  );
  switch (helper) {
    case 'if':
      // A non-empty text counts as true, even "false"; Azure's behavior is unknown.
      return first !== '';
    case 'equals':
      return same(first, second, ignoreCase === '1');
    case 'notEquals':
      return !same(first, second, ignoreCase === '1');
    default:
      throw new Error(`The block {{#${helper}}} is not known here.`);
  }
}

function bareValue(bare = '', value: TemplateScope['mustache']): string {
  return /^\d+$/.test(bare) ? bare : (value(bare) ?? '');
}

function same(a: string, b: string, ignoreCase: boolean): boolean {
  return ignoreCase ? a.toLowerCase() === b.toLowerCase() : a === b;
}
