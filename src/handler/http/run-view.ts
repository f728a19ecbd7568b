import { isoTime } from '../../text/iso-time.ts';
import { printName } from '../../sync/model/application.ts';
import type { ApplicationResult } from '../../sync/model/outcome.ts';
import { webAddress } from '../../text/foreign-text.ts';
import type { Run } from '../run.ts';
import type { RunView } from './answers.ts';

/** A run as JSON: what it is about and how it ended, without the steps. */
export function viewRun(run: Run): RunView {
  const { spec } = run;
  return {
    id: run.id,
    kind: spec.kind,
    state: run.state,
    outcome: run.outcome ?? null,
    message: run.message,
    isCanceled: run.isCanceled,
    attempt: run.attempt,
    client: spec.client,
    azureProject: spec.azureProject,
    argocd: spec.argocd,
    ...viewRequest(run),
    page: webAddress(spec.page) ?? null,
    address: { ...spec.address },
    acceptedAt: isoTime(run.acceptedAt),
    deadline: isoTime(run.deadline),
    endedAt: run.endedAt === undefined ? null : isoTime(run.endedAt),
    results: run.results.map(viewResult),
  };
}

function viewRequest({ spec, names }: Run) {
  if (spec.kind === 'claim') {
    return { action: 'claim', applications: [], selector: null, event: spec.eventKey };
  }
  const { subject, goal } = spec.request;
  return {
    action: goal.action,
    applications: ('names' in subject ? subject.names : (names ?? [])).map(printName),
    selector: 'selector' in subject ? subject.selector : null,
    event: null,
  };
}

function viewResult(result: ApplicationResult): RunView['results'][number] {
  return {
    application: printName(result),
    outcome: result.outcome,
    message: result.message,
    revisions: [...result.revisions],
    syncStatus: result.syncStatus ?? null,
    health: result.health?.status ?? null,
    operationPhase: result.operation?.phase ?? null,
    page: webAddress(result.url) ?? null,
  };
}
