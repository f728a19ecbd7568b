import { load } from 'js-yaml';
import type { PipelineParameter } from './pipeline-definition.ts';

/** A step of a job: a task, or a script, which the simulator does not run. */
export interface YamlStep {
  readonly name: string;
  readonly displayName: string;
  /** Such as `ArgoCDSync@1`; undefined for a script. */
  readonly task: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface YamlJob {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** `succeeded()` unless the step says otherwise. */
  readonly condition: string;
  /** `pool: server`: a job without an agent. */
  readonly isAgentless: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly steps: readonly YamlStep[];
}

export interface YamlStage {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly condition: string;
  readonly jobs: readonly YamlJob[];
}

/**
 * A pipeline's file: only the part of the schema that our examples use; anything else is refused.
 */
export interface YamlPipeline {
  /** The format of run numbers. */
  readonly name: string | undefined;
  readonly parameters: readonly PipelineParameter[];
  readonly stages: readonly YamlStage[];
}

type Fields = Readonly<Record<string, unknown>>;

const known = {
  pipeline: ['name', 'trigger', 'parameters', 'pool', 'stages', 'jobs', 'steps'],
  stage: ['stage', 'displayName', 'dependsOn', 'condition', 'jobs'],
  job: [
    ...['job', 'displayName', 'dependsOn', 'condition', 'pool', 'variables', 'steps'],
    ...['timeoutInMinutes', 'cancelTimeoutInMinutes'],
  ],
  step: [
    ...['task', 'bash', 'script', 'checkout', 'name', 'displayName', 'inputs', 'env', 'condition'],
    'timeoutInMinutes',
  ],
  parameter: ['name', 'displayName', 'type', 'default', 'values'],
} as const;

/**
 * Reads a pipeline, with its `${{ parameters.… }}` unchanged, or filled in if `values` are given.
 * Throws at anything it does not support.
 */
export function readPipeline(
  text: string,
  values?: Readonly<Record<string, string>>,
): YamlPipeline {
  const whole = values === undefined ? text : expanded(text, values);
  const { name, parameters, pool, stages, jobs, steps } = fieldsOf(load(whole), 'pipeline');
  const server = pool === 'server';
  const inJobs = jobs ?? [{ job: 'job', steps, pool }];
  const all = list(stages ?? [{ stage: 'stage', jobs: inJobs }]);
  return {
    name: name === undefined ? undefined : textOf(name),
    parameters: list(parameters).map(parameterOf),
    stages: all.map((each, at) => {
      const fields = fieldsOf(each, 'stage');
      const before = at === 0 ? [] : [textOf(fieldsOf(all[at - 1], 'stage')['stage'])];
      return {
        name: textOf(fields['stage']),
        dependsOn: fields['dependsOn'] === undefined ? before : texts(fields['dependsOn']),
        condition: textOf(fields['condition'] ?? 'succeeded()'),
        jobs: list(fields['jobs']).map((job) => jobOf(job, server)),
      };
    }),
  };
}

function jobOf(value: unknown, isAgentless: boolean): YamlJob {
  const { job, dependsOn, condition, pool, variables, steps } = fieldsOf(value, 'job');
  return {
    name: textOf(job),
    dependsOn: dependsOn === undefined ? [] : texts(dependsOn),
    condition: textOf(condition ?? 'succeeded()'),
    isAgentless: pool === undefined ? isAgentless : pool === 'server',
    variables: textsByName(variables),
    steps: list(steps).flatMap((step, at) => stepOf(step, at)),
  };
}

function stepOf(value: unknown, at: number): readonly YamlStep[] {
  const { task, checkout, name, displayName, inputs, condition } = fieldsOf(value, 'step');
  if (checkout !== undefined) return [];
  if (condition !== undefined) throw new Error('Conditions of steps are not simulated.');
  return [
    {
      name: textOf(name ?? `step${at + 1}`),
      displayName: textOf(displayName ?? task ?? 'script'),
      task: task === undefined ? undefined : textOf(task),
      inputs: textsByName(inputs),
    },
  ];
}

function parameterOf(value: unknown): PipelineParameter {
  const { name, type = 'string', default: otherwise, values } = fieldsOf(value, 'parameter');
  return {
    name: textOf(name),
    type: type as NonNullable<PipelineParameter['type']>,
    ...(otherwise !== undefined && { default: textOf(otherwise) }),
    ...(values !== undefined && { values: texts(values) }),
  };
}

/** Like the service does before it reads the YAML. */
function expanded(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*parameters\.(\w+)\s*\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`There is no parameter ${name}.`);
    return value;
  });
}

function fieldsOf(value: unknown, kind: keyof typeof known): Fields {
  if (typeof value !== 'object' || value === null) throw new Error(`This is not a ${kind}.`);
  const names: readonly string[] = known[kind];
  const strange = Object.keys(value).filter((name) => !names.includes(name));
  if (strange.length > 0) throw new Error(`${strange.join(', ')} of a ${kind} is not simulated.`);
  return value as Fields;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}

function textsByName(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries((value ?? {}) as Fields);
  return Object.fromEntries(entries.map(([name, each]) => [name, textOf(each)]));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${JSON.stringify(value)} is not a string.`);
}
