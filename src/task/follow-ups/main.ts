import { annotationFaults } from '../../follow-ups/annotation-sentences.ts';
import { parseFollowUps } from '../../follow-ups/follow-ups-text.ts';
import type { FollowUps, FollowUpsModule, FollowUpsRequest } from '../follow-ups-module.ts';
import { jobPipelines } from './job-pipelines.ts';
import { readJob } from './job.ts';
import { OperationFollowUps } from './operation-follow-ups.ts';
import { problemsOfRules } from './step-rules.ts';

/** Validates the input, including what only a step knows: which organization its job's token is for. */
export const parse: FollowUpsModule['parse'] = (text, source) => {
  const parsed = parseFollowUps(text);
  if ('problems' in parsed) return parsed;
  const job = readJob(source);
  const problems = 'problems' in job ? job.problems : problemsOfRules(parsed.value, job.value);
  return problems.length > 0 ? { problems } : parsed;
};

/** Throws an ordinary error for an input that `parse` would refuse. */
export function start(order: FollowUpsRequest): FollowUps {
  const parsed = parseFollowUps(order.text);
  const job = readJob(order.source);
  if ('problems' in parsed || 'problems' in job) throw new Error('followUps was not checked.');
  const { pipelines, close } = jobPipelines(job.value, order.source, order.clock);
  return new OperationFollowUps(parsed.value, { ...order, job: job.value, pipelines, close });
}

/** What a step can know of annotations: grants are the handler's. */
export const faultsOf: FollowUpsModule['faultsOf'] = (application) => {
  const { rules, faulty } = annotationFaults(application);
  const [first, ...others] = faulty;
  if (first === undefined || rules.length === 0) return faulty;
  return [`${first} ${onlyHandler}`, ...others];
};

const onlyHandler = 'Whether the others are granted, only the handler knows.';
