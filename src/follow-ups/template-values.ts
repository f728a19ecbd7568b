import type { ApplicationEvent, EndKind } from '../sync/events/application-event.ts';
import type { OperationOrigin } from '../sync/events/operation-origin.ts';
import { printKey } from '../sync/model/application.ts';
import type { TemplateValues } from './template.ts';

/** Characters of a value that is a list. */
const longestList = 1_500;
const outcomes: readonly string[] = [
  'succeeded',
  'failed',
  'terminated',
  'superseded',
] satisfies EndKind[];

/**
 * The values that templates fill in for an event; empty where the event has none. `applicationUrl` is
 * the page in Argo CD.
 */
export function valuesOf(
  { kind, application, operation, phase, hook, images, message }: ApplicationEvent,
  { argocd, applicationUrl }: { readonly argocd: string; readonly applicationUrl: string },
): TemplateValues {
  const { name, namespace, project } = application;
  const revisions = operation?.revisions ?? [];
  return {
    application: name,
    namespace,
    project,
    instance: argocd,
    revision: revisions[0] ?? '',
    revisions: listOf(revisions),
    outcome: outcomes.includes(kind) ? kind : '',
    event: kind,
    phase: phase ?? '',
    hook: hook === undefined ? '' : printKey(hook),
    message,
    startedBy: operation === undefined ? '' : printOrigin(operation.origin),
    images: listOf(images),
    applicationUrl,
  };
}

/** As many whole items as fit. */
function listOf(items: readonly string[]): string {
  let text = '';
  for (const item of items) {
    const longer = text === '' ? item : `${text},${item}`;
    if (longer.length > longestList) break;
    text = longer;
  }
  return text;
}

/** `run`, `autoSync`, …; for a person `user:alice`, or `user` if Argo CD stores no name. */
function printOrigin(origin: OperationOrigin): string {
  if (origin.kind !== 'user' || origin.name === '') return origin.kind;
  return `user:${origin.name}`;
}
