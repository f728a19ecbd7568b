import { expandMacros } from './template.ts';
import type { YamlJob, YamlPipeline, YamlStep } from './yaml-pipeline.ts';

/** The result of a step, a job or a run. */
export type YamlResult = 'succeeded' | 'failed' | 'canceled' | 'skipped';

/** The result of a step, with its output variables. */
export interface StepEnd {
  readonly result: YamlResult;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The variables of the step's job, by lower-case name. */
export interface StepJob {
  readonly stage: string;
  readonly name: string;
  readonly isAgentless: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs a step whose macros are filled in as far as the job's variables allow. */
export type StepRunner = (step: YamlStep, job: StepJob) => Promise<StepEnd>;

export interface YamlRunOptions {
  /** Variables of the run, such as `Build.SourceVersion`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly runStep: StepRunner;
  /** Called when a job starts, and with its result. */
  readonly onJob?: (stage: string, job: string, result: YamlResult | undefined) => void;
}

interface Node {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly condition: string;
}

/**
 * Runs a pipeline: its stages and jobs in the order of their dependencies, in parallel if there are
 * none, and the steps of a job until one fails.
 */
export async function runPipeline(
  { stages }: YamlPipeline,
  { variables, runStep, onJob = () => undefined }: YamlRunOptions,
): Promise<YamlResult> {
  const results = await inOrder(stages, async (stage) => {
    const outputs = new Map<string, Readonly<Record<string, string>>>();
    const ended = await inOrder(stage.jobs, async (job) => {
      onJob(stage.name, job.name, undefined);
      const result = await runJob(job, stage.name);
      onJob(stage.name, job.name, result);
      return result;
    });
    return worst(ended);

    async function runJob(job: YamlJob, stageName: string): Promise<YamlResult> {
      const own = Object.entries(job.variables).map(([name, value]) => [
        name.toLowerCase(),
        resolved(value, outputs),
      ]);
      const all = { ...lowered(variables), ...(Object.fromEntries(own) as typeof variables) };
      const told: Record<string, string> = {};
      let result: YamlResult = 'succeeded';
      for (const step of job.steps) {
        if (result !== 'succeeded') break;
        const { isAgentless, name } = job;
        const filled = { ...step, inputs: expandedIn(step.inputs, all) };
        const end = await runStep(filled, { stage: stageName, name, isAgentless, variables: all });
        for (const [output, value] of Object.entries(end.outputs)) {
          told[`${step.name}.${output}`] = value;
        }
        result = end.result;
      }
      outputs.set(job.name, told);
      return result;
    }
  });
  return worst(results);
}

/** Runs each item when its dependencies have ended, or skips it. */
async function inOrder<T extends Node>(
  nodes: readonly T[],
  run: (node: T) => Promise<YamlResult>,
): Promise<readonly YamlResult[]> {
  const begun = new Map<string, Promise<YamlResult>>();
  const resultOf = (name: string): Promise<YamlResult> => {
    const node = nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`Nothing is called ${name} here.`);
    let result = begun.get(name);
    if (result === undefined) {
      result = Promise.all(node.dependsOn.map(resultOf)).then((before) =>
        holds(node.condition, before) ? run(node) : ('skipped' as const),
      );
      begun.set(name, result);
    }
    return result;
  };
  return Promise.all(nodes.map(({ name }) => resultOf(name)));
}

function holds(condition: string, before: readonly YamlResult[]): boolean {
  switch (condition) {
    case 'succeeded()':
      return before.every((each) => each === 'succeeded');
    case 'failed()':
      return before.includes('failed');
    case 'always()':
      return true;
    default:
      throw new Error(`The condition ${condition} is not simulated.`);
  }
}

function worst(results: readonly YamlResult[]): YamlResult {
  const order = ['failed', 'canceled', 'succeeded', 'skipped'] as const;
  return order.find((each) => results.includes(each)) ?? 'succeeded';
}

/** `$[ dependencies.JOB.outputs['STEP.NAME'] ]`: empty if there is none. */
function resolved(
  value: string,
  outputs: ReadonlyMap<string, Readonly<Record<string, string>>>,
): string {
  if (!value.startsWith('$[')) return value;
  const [, job = '', name = ''] =
    /^\$\[\s*dependencies\.(\w+)\.outputs\['([\w.]+)'\]\s*\]$/.exec(value) ?? [];
  if (job === '') throw new Error(`The expression ${value} is not simulated.`);
  return outputs.get(job)?.[name] ?? '';
}

function expandedIn(
  inputs: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const macro = (name: string) => variables[name.toLowerCase()];
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, expandMacros(value, macro)]),
  );
}

function lowered(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
