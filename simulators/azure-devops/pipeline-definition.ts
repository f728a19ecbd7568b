import type { Build, QueuedBuild } from './collection.ts';
import { Refusal } from './refusal.ts';

/** A parameter that a YAML pipeline declares. */
export interface PipelineParameter {
  readonly name: string;
  /** Default: `string`. */
  readonly type?: 'string' | 'number' | 'boolean' | 'object';
  readonly values?: readonly string[];
  /** If absent, a run must provide a value. */
  readonly default?: string;
}

export interface PipelineOptions {
  readonly name: string;
  /** Default: `\`. */
  readonly folder?: string;
  /** Default: the first project. */
  readonly projectId?: string;
  /** Created in the designer, not YAML. */
  readonly classic?: boolean;
  readonly parameters?: readonly PipelineParameter[];
  /** The variables that may be set when it is queued; default: any. */
  readonly settableVariables?: readonly string[];
  /** Default: `refs/heads/main`. */
  readonly refs?: readonly string[];
  /** The format of run numbers, with `${{ parameters.x }}`; default: by date. */
  readonly runNumber?: string;
  readonly stages?: readonly string[];
  /** Versions of pipeline resources, by alias. */
  readonly pipelineResources?: Readonly<Record<string, readonly string[]>>;
  /** What is wrong with its YAML. */
  readonly invalid?: string;
  /**
   * Simulated milliseconds until a run ends by itself, and its result; or what runs it, and resolves to
   * the result. By default, it stays queued.
   */
  readonly run?:
    TimedRun | ((build: Build & { readonly queued: QueuedBuild }) => Promise<RunResult>);
}

export type RunResult = NonNullable<Build['result']>;

interface TimedRun {
  readonly milliseconds: number;
  readonly result: RunResult;
}

/** A pipeline of the project. It may change between requests, as by a push. */
export interface PipelineDefinition extends Omit<
  PipelineOptions,
  'settableVariables' | 'runNumber'
> {
  readonly id: number;
  readonly folder: string;
  readonly projectId: string;
  parameters: readonly PipelineParameter[];
  settableVariables: readonly string[] | undefined;
  runNumber: string | undefined;
  isDisabled: boolean;
}

/** What a caller wants to run. */
export interface RunInput {
  readonly ref: string;
  readonly templateParameters: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly stagesToSkip: readonly string[];
  readonly pipelineResources: Readonly<Record<string, string | undefined>>;
}

const file = '/azure-pipelines.yml';

/** What is wrong with a run, one sentence each; in the words of the service, where known. */
export function runFaults(pipeline: PipelineDefinition, input: RunInput): readonly string[] {
  const { refs = ['refs/heads/main'], invalid, stages = [], pipelineResources = {} } = pipeline;
  if (!refs.includes(input.ref)) {
    return [
      `Unable to resolve the reference '${input.ref}' to a specific version. Verify the reference exists in the source repository.`,
    ];
  }
  if (invalid !== undefined) return [`${file} (Line: 7, Col: 3): ${invalid}`];
  return [
    ...parameterFaults(pipeline, input),
    ...variableFaults(pipeline, input),
    ...input.stagesToSkip
      .filter((stage) => !stages.includes(stage))
      .map((stage) => `${file}: Stage ${stage} does not exist.`),
    ...Object.entries(input.pipelineResources).flatMap(([alias, version]) =>
      version !== undefined && pipelineResources[alias]?.includes(version) === true
        ? []
        : [`${file}: Unable to resolve latest version for pipeline ${alias}`],
    ),
  ];
}

function parameterFaults(
  { parameters, classic = false }: PipelineDefinition,
  { templateParameters }: RunInput,
): string[] {
  if (classic) return [];
  const declared = new Map(parameters.map((one) => [one.name, one]));
  const given = Object.entries(templateParameters).flatMap(([name, value]) => {
    const parameter = declared.get(name);
    if (!parameter) return [`${file} (Line: 1, Col: 1): Unexpected parameter '${name}'`];
    return isValue(parameter, value)
      ? []
      : [`${file}: The '${name}' parameter value '${value}' is not a valid value.`];
  });
  const missing = parameters
    .filter((one) => one.default === undefined && !(one.name in templateParameters))
    .map(({ name }) => `A value for the '${name}' parameter must be provided.`);
  return [...given, ...missing];
}

function isValue({ type = 'string', values }: PipelineParameter, value: string): boolean {
  if (values !== undefined && !values.includes(value)) return false;
  if (type === 'number') return /^-?\d+(?:\.\d+)?$/.test(value);
  if (type === 'boolean') return /^(?:true|false)$/i.test(value);
  return true;
}

function variableFaults(
  { settableVariables }: PipelineDefinition,
  { variables }: RunInput,
): string[] {
  if (settableVariables === undefined) return [];
  const fixed = Object.keys(variables).filter((name) => !settableVariables.includes(name));
  if (fixed.length === 0) return [];
  return [
    `You can't set the following variables (${fixed.join(', ')}). If you want to be able to set these variables, then edit the pipeline and select Settable at queue time on the variables tab of the pipeline editor.`,
  ];
}

/** Whether queuing it requires "Edit queue build configuration" (azure-devops.md §13.6). */
export function needsConfiguration(
  { parameters }: PipelineDefinition,
  { templateParameters, variables }: RunInput,
): boolean {
  const isFree = ({ name, type = 'string', values }: PipelineParameter) =>
    name in templateParameters && values === undefined && (type === 'string' || type === 'object');
  return Object.keys(variables).length > 0 || parameters.some(isFree);
}

/** The name of a run, before the service expands its macros. */
export function runNameOf({ runNumber }: PipelineDefinition, { templateParameters }: RunInput) {
  return runNumber?.replace(
    /\$\{\{\s*parameters\.(\w+)\s*\}\}/g,
    (_, name: string) => templateParameters[name] ?? '',
  );
}

/** The final form of the pipeline's YAML. */
export function finalYamlOf(pipeline: PipelineDefinition, input: RunInput): string {
  const name = runNameOf(pipeline, input);
  const stages = (pipeline.stages ?? ['Test']).map((stage) => `- stage: ${stage}\n`);
  return `${name === undefined ? '' : `name: ${name}\n`}trigger: none\nstages:\n${stages.join('')}`;
}

/** The service refuses a run with all faults in one message (rule `no-errors-described`). */
export function invalidRun(faults: readonly string[]): Refusal {
  return new Refusal(400, 'PipelineValidationException', faults.join('\n'), {
    namespace: 'Microsoft.Azure.Pipelines.WebApi',
  });
}
