import { claimSections, runSections } from '../src/handler/http/sync-sections.ts';
import {
  definitions,
  gateDefinitions,
  healthGateDefinitions,
  type Action,
  type Definition,
} from '../src/inputs/definitions.ts';
import { directDefinitions } from '../src/inputs/direct-definitions.ts';
import { directGroups, directTexts } from '../src/inputs/direct-input-texts.ts';
import { gateGroups, gateTexts, healthGateTexts } from '../src/inputs/gate-input-texts.ts';
import { groups, inputTexts, type InputText } from '../src/inputs/input-texts.ts';

/**
 * What a form is for: a sync on an agent, without one, or directly in Argo CD; or a gate with or without a
 * handler.
 */
export type FormKind = 'agent' | 'server' | 'direct' | 'gate' | 'healthGate';

/** The parts of a `task.json` that the table of inputs determines. */
export interface TaskForm {
  readonly groups: readonly FormGroup[];
  readonly inputs: readonly FormInput[];
  readonly execution?: unknown;
}

interface FormGroup {
  readonly name: string;
  readonly displayName: string;
  readonly isExpanded: boolean;
  readonly visibleRule?: string;
}

interface FormInput {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly defaultValue: string | boolean;
  readonly required: boolean;
  readonly groupName: string;
  readonly properties?: Readonly<Record<string, string | boolean>>;
  readonly visibleRule?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly helpMarkDown: string;
}

/** The inputs that a task needs to reach Argo CD. They are not inputs of a sync, and come first. */
const ownInputs: readonly string[] = ['argocdConnection', 'handlerConnection', 'argocd'];

/** Inputs for which Azure DevOps offers a list to choose from. */
const pickOne = { EditableOptions: 'True', IsSearchable: 'True' };
const pickSeveral = { EditableOptions: 'True', MultiSelectFlatList: 'True', IsSearchable: 'True' };
const picked: Readonly<Record<FormKind, Readonly<Record<string, FormInput['properties']>>>> = {
  agent: { applications: pickSeveral, project: pickOne },
  healthGate: { application: pickOne, project: pickOne },
  direct: { application: pickOne, project: pickOne },
  server: {},
  gate: {},
};

const types: Readonly<Record<Definition['type'], string>> = {
  text: 'string',
  lines: 'multiLine',
  boolean: 'boolean',
  integer: 'int',
  choice: 'pickList',
};

const allActions: readonly Action[] = ['sync', 'wait', 'rollback', 'terminate'];

/**
 * A task's definition with its groups and inputs regenerated from the table. The task keeps inputs that no
 * sync has (connections), and everything that is neither group nor input.
 */
export function withForm<T extends TaskForm>(task: T, kind: FormKind): T {
  const own = task.inputs.filter(({ name }) => ownInputs.includes(name));
  return {
    ...task,
    groups: groupsOf(kind).map(formGroup),
    inputs: [...own, ...inputsOf(kind).map((input) => formInput(input, picked[kind][input.name]))],
  };
}

function groupsOf(kind: FormKind): readonly TableGroup[] {
  if (kind === 'direct') return directGroups;
  return kind === 'gate' || kind === 'healthGate' ? gateGroups : groups;
}

interface TableInput {
  readonly name: string;
  readonly definition: Definition;
  readonly text: Pick<InputText, 'label' | 'help' | 'options'> & { readonly group: string };
}

function inputsOf(kind: FormKind): readonly TableInput[] {
  switch (kind) {
    case 'gate':
      return tableOf(gateDefinitions, gateTexts);
    case 'healthGate':
      return tableOf(healthGateDefinitions, healthGateTexts);
    case 'direct':
      return tableOf(directDefinitions, directTexts);
    case 'agent':
      return tableOf(definitions, inputTexts);
    case 'server':
      return tableOf(definitions, inputTexts)
        .filter(({ definition }) => !definition.agentOnly)
        .map(({ name, definition, text }) => {
          const { serverHelp = text.help } = inputTexts[name];
          return { name, definition, text: { ...text, help: serverHelp } };
        });
  }
}

function tableOf<K extends string>(
  table: Readonly<Record<K, Definition>>,
  texts: Readonly<Record<K, TableInput['text']>>,
) {
  const names = Object.keys(table) as K[];
  return names.map((name) => ({ name, definition: table[name], text: texts[name] }));
}

/**
 * The body of a request, with a section for each name (azure-devops.md §12.5). Inputs are filled in; what
 * Azure Pipelines itself knows about the run stays as in `body`.
 */
export function withSections(body: string, names: readonly string[]): string {
  const mark = '--$(system.PlanId) ';
  const parts = new Map(
    body
      .split(mark)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part]),
  );
  const own: readonly string[] = [...claimSections, ...runSections];
  return names
    .map((name) => (own.includes(name) ? parts.get(name) : undefined) ?? `${name}\n{{{${name}}}}\n`)
    .map((part) => `${mark}${part}`)
    .join('');
}

type TableGroup =
  (typeof groups)[number] | (typeof gateGroups)[number] | (typeof directGroups)[number];

function formGroup({ name, label, isExpanded, ...rest }: TableGroup): FormGroup {
  const rule = ruleOf('actions' in rest ? { actions: rest.actions } : {});
  return { name, displayName: label, isExpanded, ...rule };
}

function formInput(
  { name, definition, text: { label, group, options, help } }: TableInput,
  list: FormInput['properties'],
): FormInput {
  const rows = definition.type === 'lines' ? { resizable: true, rows: '2' } : undefined;
  const properties = list ?? rows;
  const preset = definition.default ?? '';
  return {
    name,
    type: list ? 'pickList' : types[definition.type],
    label,
    defaultValue: typeof preset === 'boolean' ? preset : String(preset),
    required: definition.isRequired === true,
    groupName: group,
    ...(properties && { properties }),
    ...ruleOf(definition),
    ...(options && { options }),
    helpMarkDown: help,
  };
}

/** Inputs that depend on others, besides the action. The options of Prune follow it, and are visible with it. */
const conditions = {
  following: 'waitFor != none',
  health: 'waitFor = health',
  prune: '',
} as const satisfies Readonly<Record<NonNullable<Definition['needs']>, string>>;

/** Azure DevOps accepts terms joined by `||` or by `&&`, but not both. */
function ruleOf({
  actions,
  needs,
}: Pick<Definition, 'actions' | 'needs'>): Pick<FormInput, 'visibleRule'> {
  const condition = needs === undefined ? '' : conditions[needs];
  if (actions === undefined) return condition === '' ? {} : { visibleRule: condition };
  const others = allActions.filter((action) => !actions.includes(action));
  const shown = actions.map((action) => `action = ${action}`).join(' || ');
  const rule = others.length === 1 ? `action != ${others.join('')}` : shown;
  return { visibleRule: [rule, condition].filter(Boolean).join(' && ') };
}
