import { claimSections, runSections, syncSections } from '../src/handler/http/sync-sections.ts';
import {
  definitionOf,
  inputNames,
  type Action,
  type Definition,
  type InputName,
} from '../src/inputs/definitions.ts';
import { groups, inputTexts } from '../src/inputs/input-texts.ts';

/** Where a form is for: a task of an agent, or one that Azure DevOps executes itself. */
export type FormKind = 'agent' | 'server';

/** The parts of a `task.json` that the table of inputs decides. */
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

/** What a task needs to reach Argo CD: no input of a sync, and in front of them. */
const ownInputs: readonly string[] = ['argocdConnection', 'handlerConnection', 'argocd'];

/** Inputs that Azure DevOps fills a list for, where there is one to pick from. */
const picked: Readonly<Partial<Record<InputName, FormInput['properties']>>> = {
  applications: {
    EditableOptions: 'True',
    MultiSelectFlatList: 'True',
    IsSearchable: 'True',
  },
  project: { EditableOptions: 'True', IsSearchable: 'True' },
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
 * A task's definition with its groups and inputs made anew from the table. What is the task's own
 * stays: the inputs that no sync has (connections), and all that is neither group nor input.
 */
export function withForm<T extends TaskForm>(task: T, kind: FormKind): T {
  const own = task.inputs.filter(({ name }) => ownInputs.includes(name));
  const names = inputNames.filter((name) => kind === 'agent' || !definitionOf(name).agentOnly);
  return {
    ...task,
    groups: groups.map(formGroup),
    inputs: [...own, ...names.map((name) => formInput(name, kind))],
  };
}

/**
 * The body of a request, a section for each name (azure-devops.md §12.5): an input is filled in, what
 * Azure Pipelines itself knows of the run stays as `body` has it.
 */
export function withSections(body: string): string {
  const mark = '--$(system.PlanId) ';
  const parts = new Map(
    body
      .split(mark)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part]),
  );
  const own: readonly string[] = [...claimSections, ...runSections];
  return syncSections
    .map((name) => (own.includes(name) ? parts.get(name) : undefined) ?? `${name}\n{{{${name}}}}\n`)
    .map((part) => `${mark}${part}`)
    .join('');
}

function formGroup({ name, label, isExpanded, ...rest }: (typeof groups)[number]): FormGroup {
  const rule = ruleOf('actions' in rest ? { actions: rest.actions } : {});
  return { name, displayName: label, isExpanded, ...rule };
}

function formInput(name: InputName, kind: FormKind): FormInput {
  const definition = definitionOf(name);
  const { label, group, options, help, serverHelp } = inputTexts[name];
  const list = kind === 'agent' ? picked[name] : undefined;
  const rows = definition.type === 'lines' ? { resizable: true, rows: '2' } : undefined;
  const properties = list ?? rows;
  const preset = definition.default ?? '';
  return {
    name,
    type: list ? 'pickList' : types[definition.type],
    label,
    defaultValue: typeof preset === 'boolean' ? preset : String(preset),
    required: name === 'action',
    groupName: group,
    ...(properties && { properties }),
    ...ruleOf(definition),
    ...(options && { options }),
    helpMarkDown: kind === 'server' ? (serverHelp ?? help) : help,
  };
}

/** What a form asks for besides the action. What goes with Prune stands below it, and is seen with it. */
const conditions = {
  following: ' && waitFor != none',
  health: ' && waitFor = health',
  prune: '',
} as const satisfies Readonly<Record<NonNullable<Definition['needs']>, string>>;

/** Azure DevOps takes terms joined by `||` or by `&&`, and never both. */
function ruleOf({
  actions,
  needs,
}: Pick<Definition, 'actions' | 'needs'>): Pick<FormInput, 'visibleRule'> {
  if (actions === undefined) return {};
  const others = allActions.filter((action) => !actions.includes(action));
  const shown = actions.map((action) => `action = ${action}`).join(' || ');
  const rule = others.length === 1 ? `action != ${others.join('')}` : shown;
  return { visibleRule: needs === undefined ? rule : `${rule}${conditions[needs]}` };
}
