/** The parts of `task.json` that the README repeats. */
export interface DocumentedTask {
  readonly groups: readonly { readonly name: string; readonly displayName: string }[];
  readonly inputs: readonly DocumentedInput[];
  readonly outputVariables: readonly { readonly name: string; readonly description: string }[];
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

const begin = '<!-- task.json: begin -->';
const end = '<!-- task.json: end -->';

/** The README with its part about inputs and outputs made anew. Throws where its marks are gone. */
export function replaceSection(readme: string, task: DocumentedTask): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md needs the marks ${begin} and ${end}.`);
  return `${readme.slice(0, from + begin.length)}\n\n${sectionOf(task)}\n\n${readme.slice(to)}`;
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
  const outputs = outputVariables.map(({ name, description }) => `- \`${name}\`: ${description}`);
  return ['### Inputs', ...parts, '### Outputs', outputs.join('\n')].join('\n\n');
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
