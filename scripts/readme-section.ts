/** The parts of `task.json` that the README repeats. */
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
 * The README with its part about a task's inputs and outputs recreated. Of a task that is `like`
 * another one, only the differences are told. Throws where the marks of the part are gone.
 */
export function replaceSection(
  readme: string,
  task: DocumentedTask,
  like?: DocumentedTask,
): string {
  const [begin, end] = [`<!-- ${task.name}: begin -->`, `<!-- ${task.name}: end -->`];
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md needs the marks ${begin} and ${end}.`);
  const section = like ? differencesOf(task, like) : sectionOf(task);
  return `${readme.slice(0, from + begin.length)}\n\n${section}\n\n${readme.slice(to)}`;
}

/** Every input by group, and every output, as the task's own texts describe them. */
function sectionOf({ groups, inputs, outputVariables }: DocumentedTask): string {
  const parts = groups.flatMap(({ name, displayName }) => [
    `**${displayName}**`,
    inputs
      .filter(({ groupName }) => groupName === name)
      .map(inputItem)
      .join('\n'),
  ]);
  if (outputVariables === undefined) return parts.join('\n\n');
  const outputs = outputVariables.map(({ name, description }) => `- \`${name}\`: ${description}`);
  return ['### Inputs', ...parts, '### Outputs', outputs.join('\n')].join('\n\n');
}

/** What a task has not of the other one, and the inputs that only it has or that differ. */
function differencesOf(task: DocumentedTask, like: DocumentedTask): string {
  const known = new Set(like.inputs.map(inputItem));
  const different = task.inputs.map(inputItem).filter((item) => !known.has(item));
  const missing = [
    ...missingOf(like.inputs, task.inputs),
    ...missingOf(like.outputVariables ?? [], task.outputVariables ?? []),
  ].map((name) => `\`${name}\``);
  const other = `\`${like.name}@${like.version.Major}\``;
  const without = missing.length > 0 ? ` without ${listOf(missing)}` : '';
  return [
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
