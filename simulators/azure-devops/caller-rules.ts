import type { Collection } from './collection.ts';
import type { Plan } from './plan.ts';
import type { PlanLog } from './plan-log.ts';
import { badRequest } from './refusal.ts';
import type { RecordUpdate } from './timeline-record.ts';

const maxFeedLines = 100;
const maxFeedLine = 1024;

/**
 * Rules for callers that the service itself would not enforce; violations are collected as faults. What the
 * service refuses is thrown.
 */

/** Records a fault if the text contains the job's token. */
export function checkText(text: string, where: string, plan: Plan, { faults }: Collection): void {
  const forms = [plan.token, Buffer.from(`:${plan.token}`).toString('base64')];
  if (forms.some((form) => text.includes(form))) faults.push(`The job's token is in ${where}.`);
}

/** The records of a PATCH. Throws a refusal if the body has the wrong form. */
export function checkedUpdate(
  json: unknown,
  plan: Plan,
  collection: Collection,
): readonly RecordUpdate[] {
  const { faults, behavior } = collection;
  const body = json as { value?: unknown; count?: unknown } | undefined;
  if (!Array.isArray(body?.value)) throw badRequest('The records must be {"count", "value"}.');
  const updates = body.value as readonly RecordUpdate[];
  if (body.count !== updates.length)
    faults.push('The count of a PATCH is not that of its records.');
  if (updates.some((update) => typeof (update as { id?: unknown } | null)?.id !== 'string')) {
    throw badRequest('Every record needs an id.');
  }
  if (behavior.refusesChildRecords) {
    const child = updates.find(({ id }) => !plan.record(id));
    if (child) throw badRequest(`The timeline has no record ${child.id}.`);
  }
  checkText(JSON.stringify(updates), 'a timeline record', plan, collection);
  const sent = new Set(updates.map(({ id }) => id.toLowerCase()));
  for (const update of updates) {
    faults.push(
      ...updateFaults(update, plan, sent).map((fault) => `Record ${update.id}: ${fault}`),
    );
  }
  return updates;
}

function updateFaults(update: RecordUpdate, plan: Plan, sent: ReadonlySet<string>): string[] {
  const { percentComplete: percent, parentId, log, state } = update;
  const known = plan.record(update.id);
  const parentKnown = parentId == null || plan.record(parentId) || sent.has(parentId.toLowerCase());
  return [
    ...(percent != null && (percent < 0 || percent > 100) ? [`${percent} percent`] : []),
    ...(state === 'completed' && plan.isOwn(update.id)
      ? ['the run completes its own records, not the caller']
      : []),
    ...(parentKnown ? [] : [`its parent ${parentId} is in no timeline`]),
    ...(known || parentId != null ? [] : ['a new record needs a parent']),
    ...(log != null && !plan.log(log.id) ? [`its log ${log.id} does not exist`] : []),
    ...(plan.isCompleted(known ? update.id : (parentId ?? ''))
      ? ['it came after TaskCompleted']
      : []),
  ];
}

/** The lines of a feed post. Throws a refusal if the body has the wrong form. */
export function checkFeed(
  json: unknown,
  plan: Plan,
  recordId: string,
  collection: Collection,
): readonly string[] {
  const { faults } = collection;
  const body = json as { value?: unknown; count?: unknown } | undefined;
  if (!Array.isArray(body?.value)) throw badRequest('The lines must be {"count", "value"}.');
  const lines = body.value as readonly string[];
  if (body.count !== lines.length)
    faults.push('The count of a feed post is not that of its lines.');
  if (lines.length > maxFeedLines) faults.push(`A feed post has ${lines.length} lines.`);
  if (lines.some((line) => line.length > maxFeedLine)) {
    faults.push(`A feed line is longer than ${maxFeedLine} characters.`);
  }
  if (plan.isCompleted(recordId)) faults.push('A feed post came after TaskCompleted.');
  checkText(lines.join('\n'), 'the live feed', plan, collection);
  return lines;
}

/** Records what is wrong with a part of a log. */
export function checkLogText(text: string, log: PlanLog, plan: Plan, collection: Collection): void {
  const { faults } = collection;
  if (text !== '' && !text.endsWith('\n')) faults.push(`Log ${log.path}: a line has no end.`);
  const owner = plan.records.find(
    ({ id, log: attached }) => attached?.id === log.id || log.path.toLowerCase().endsWith(id),
  );
  if (owner && plan.isCompleted(owner.id)) faults.push(`Log ${log.path}: after TaskCompleted.`);
  checkText(text, `the log ${log.path}`, plan, collection);
}
