/** The parts of `task.json` that the task's page repeats. */
export interface DocumentedTask {
  readonly name: string;
  readonly version: { readonly Major: number };
  readonly groups: readonly { readonly name: string; readonly displayName: string }[];
  readonly inputs: readonly DocumentedInput[];
  readonly outputVariables?: readonly { readonly name: string; readonly description: string }[];
}

interface DocumentedInput {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: string | boolean;
  readonly required?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly groupName?: string;
  readonly helpMarkDown: string;
}

/**
 * The page of a task with its section about inputs and outputs rewritten. For a task that is `like` another
 * one, only the differences are listed. Throws if the marks of the section are missing.
 */
export function replaceSection(page: string, task: DocumentedTask, like?: DocumentedTask): string {
  const [begin, end] = [`<!-- ${task.name}: begin -->`, `<!-- ${task.name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`${pageOf(task)} needs the marks ${begin} and ${end}.`);
  const section = like ? differencesOf(task, like) : sectionOf(task);
  return `${page.slice(0, from + begin.length)}\n\n${section}\n\n${page.slice(to)}`;
}

/** Path of a task's page in the project. */
export function pageOf({ name }: Pick<DocumentedTask, 'name'>): string {
  return `docs/tasks/${name}.md`;
}

/** Every input by group, and every output, in the words of `task.json`. */
function sectionOf({ groups, inputs, outputVariables = [] }: DocumentedTask): string {
  const parts = groups.flatMap(({ name, displayName }) => [
    `### ${displayName}`,
    inputs
      .filter(({ groupName }) => groupName === name)
      .map(inputItem)
      .join('\n'),
  ]);
  const outputs = outputVariables.map(({ name, description }) => `- \`${name}\`: ${description}`);
  const told = outputs.length === 0 ? [] : ['## Outputs', outputs.join('\n')];
  return ['## Inputs', ...parts, ...told].join('\n\n');
}

/** The inputs of the other task that this one lacks, and those that only it has or that differ. */
function differencesOf(task: DocumentedTask, like: DocumentedTask): string {
  const known = new Set(like.inputs.map(inputItem));
  const different = task.inputs.map(inputItem).filter((item) => !known.has(item));
  const missing = [
    ...missingOf(like.inputs, task.inputs),
    ...missingOf(like.outputVariables ?? [], task.outputVariables ?? []),
  ].map((name) => `\`${name}\``);
  const other = `[\`${like.name}@${like.version.Major}\`](${like.name}.md)`;
  const without = missing.length > 0 ? ` without ${listOf(missing)}` : '';
  return [
    '## Inputs and outputs',
    `Inputs and outputs are those of ${other}${without}. Only these differ:`,
    different.join('\n'),
  ].join('\n\n');
}

type Named = readonly { readonly name: string }[];

function missingOf(all: Named, some: Named): readonly string[] {
  return all.map(({ name }) => name).filter((name) => !some.some((one) => one.name === name));
}

function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function inputItem({ name, helpMarkDown, ...input }: DocumentedInput): string {
  return `- \`${name}\` (${[kindOf(input), presetOf(input)].filter(Boolean).join('; ')}): ${helpMarkDown}`;
}

const kinds: Readonly<Record<string, string>> = {
  boolean: '`true` or `false`',
  int: 'number',
  multiLine: 'lines',
  string: 'text',
  pickList: 'text',
};

function kindOf({ type, options }: Pick<DocumentedInput, 'type' | 'options'>): string {
  if (type.startsWith('connectedService:')) return 'service connection';
  if (options === undefined) return kinds[type] ?? type;
  return Object.entries(options)
    .map(([option, label]) =>
      label.toLowerCase() === option ? `\`${option}\`` : `\`${option}\`: ${label}`,
    )
    .join('; ');
}

function presetOf({
  defaultValue = '',
  required,
}: Pick<DocumentedInput, 'defaultValue' | 'required'>): string {
  if (defaultValue !== '') return `default \`${defaultValue}\``;
  return required ? 'required' : '';
}
