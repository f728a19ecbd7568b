import { printOnce } from '../../actions/once-text.ts';
import {
  uncheckedRequest,
  wantedBy,
  type RenderedQueueing,
} from '../../actions/pipeline-request.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import type { Pipelines, RunMark } from '../../azure/pipelines/pipelines.ts';
import { pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import { plainQueuePipeline } from '../../follow-ups/action-kinds/queue-pipeline.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import { printPipelineAddress } from '../../follow-ups/pipeline-address.ts';
import { renderAction } from '../../follow-ups/render-action.ts';
import { templateNames, type Template, type TemplateValues } from '../../follow-ups/template.ts';
import { triggeredRule } from '../../follow-ups/read-follow-ups.ts';
import type { Config } from '../config/config.ts';
import { failureText } from './failure-text.ts';

/** The result of a check, as one line. */
export interface PipelineCheck {
  readonly text: string;
  readonly isRight: boolean;
}

/** The result of a call, or why there is none. */
export async function checked(name: string, ask: () => Promise<string>): Promise<PipelineCheck> {
  try {
    return { text: `${name}: ${await ask()}`, isRight: true };
  } catch (error) {
    return { text: `${name}: ${failureText(error)}`, isRight: false };
  }
}

/** What looking up pipelines needs. */
export interface PipelineCheckPorts {
  readonly pipelines: Pick<Pipelines, 'find' | 'check'>;
  /** URLs of organizations, by name. */
  readonly urls: ReadonlyMap<string, string>;
  /** The organization to use where none is named. */
  readonly otherwise: string | undefined;
  readonly signal: AbortSignal;
}

/** 15 digits, as events have them. */
const sampleKey = '100000000000000';
const sampleValues = Object.fromEntries(
  templateNames.map((name) => [name, 'sample']),
) as unknown as TemplateValues;

const marks: Readonly<Record<RunMark, string>> = {
  buildNumber: 'its run numbers contain the event',
  parameter: 'it has the parameter `event`',
  variable: 'it has the variable `event`',
  description: 'its releases name their event',
  tag: 'its runs are tagged after they are queued',
};

/** A check for each pipeline that is configured by name; patterns in grants name none. */
export function checkPipelines(
  { followUps, grants }: Pick<Config, 'followUps' | 'grants'>,
  ports: PipelineCheckPorts,
): readonly Promise<PipelineCheck>[] {
  const granted = grants.flatMap(rulesOf).map((rule) => check(rule, 'annotations', ports));
  const configured = followUps
    .filter((rule) => pipelineOf(rule.do) !== undefined)
    .map((rule) => check(rule, rule.name, ports));
  return [...configured, ...granted];
}

async function check(
  rule: FollowUpRule,
  name: string,
  { pipelines, urls, otherwise = '', signal }: PipelineCheckPorts,
): Promise<PipelineCheck> {
  const rendered = renderAction(rule, sampleValues, {
    organization: otherwise,
    project: undefined,
  });
  const action = rendered && pipelineOf(rendered);
  // Rules of the configuration name their project; those that queue nothing are skipped.
  if (action === undefined) return { text: name, isRight: false };
  const what = `${name}: ${printPipelineAddress(action)}`;
  const organization = urlOf(action.organization, urls);
  try {
    const where = { organization, project: action.project };
    const found = await pipelines.find(where, wantedBy(action), signal);
    const address = { ...where, pipeline: found.id, kind: found.kind };
    const request = uncheckedRequest(withoutSamples(action, rule), address, sampleKey);
    const { mark, once } = await pipelines.check(request, signal);
    return { text: `${what}: ${printOnce(once)}, because ${marks[mark]}`, isRight: true };
  } catch (error) {
    if (isAboutSample(error, rule)) {
      const text = `${what}: it exists; its values can be checked only when an event fills them in`;
      return { text, isRight: true };
    }
    return { text: `${what}: ${failureText(error)}`, isRight: false };
  }
}

function urlOf(name: string, urls: ReadonlyMap<string, string>): string {
  const found = [...urls].find(([known]) => known.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? name;
}

/** Samples that an event replaces lead nowhere: no branch, tag or commit has such a name. */
function withoutSamples(action: RenderedQueueing, { do: written }: FollowUpRule): RenderedQueueing {
  if (action.kind !== 'queuePipeline' || written.kind !== 'queuePipeline') return action;
  const { ref, commit, ...rest } = action;
  const isRefKnown = !isFilled(written.branch) && !isFilled(written.tag);
  return {
    ...rest,
    ...(ref !== undefined && isRefKnown && { ref }),
    ...(commit !== undefined && !isFilled(written.commit) && { commit }),
  };
}

function isFilled(template: Template | undefined): boolean {
  return template?.parts.some((part) => typeof part !== 'string') === true;
}

/** A failure caused by a sample says nothing about the values of real events. */
function isAboutSample(error: unknown, { do: written }: FollowUpRule): boolean {
  const action = pipelineOf(written);
  if (!(error instanceof PipelineError) || action === undefined) return false;
  const texts =
    action.kind === 'queuePipeline'
      ? [action.parameters, action.variables, action.pipelineResources]
      : [action.variables];
  const isAnyFilled = texts.some((each) => Object.values(each).some(isFilled));
  return isAnyFilled && ['invalidParameter', 'missingResource'].includes(error.reason);
}

/** The pipelines that a grant names, as an annotation would queue them. */
function rulesOf({ organization, azureProjects, pipelines }: Grant): readonly FollowUpRule[] {
  const named = (patterns: readonly string[]) => patterns.filter((text) => !/[*?]/.test(text));
  return named(azureProjects).flatMap((project) =>
    named(pipelines).map((pipeline) => {
      const reference = /^\d+$/.test(pipeline) ? Number(pipeline) : pipeline;
      const action = plainQueuePipeline({ organization, project, pipeline: reference });
      return triggeredRule('onSuccess', action);
    }),
  );
}
