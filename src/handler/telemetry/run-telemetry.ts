import type { Logger } from 'pino';
import type { AzureError } from '../../azure/http/azure-error.ts';
import type { Clock } from '../../async/clock.ts';
import { printKey, printName } from '../../sync/model/application.ts';
import type { Progress } from '../../sync/model/outcome.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { Metrics } from './metrics.ts';
import type { Run, RunSpec } from '../run.ts';
import type { StoreError } from '../store/store.ts';

/** What operators see of a run: a log line for each step, and figures. */
export class RunTelemetry {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #clock: Clock;

  constructor(
    run: Run,
    {
      logger,
      metrics,
      clock,
    }: { readonly logger: Logger; readonly metrics: Metrics; readonly clock: Clock },
  ) {
    const { spec } = run;
    this.#logger = logger.child({
      run: run.id,
      kind: spec.kind,
      page: spec.page,
      ...aboutOf(spec),
    });
    this.#metrics = metrics;
    this.#clock = clock;
  }

  begun({ state, attempt }: Run): void {
    this.#logger.info({ state, attempt }, 'run verified');
  }

  told(progress: Progress): void {
    switch (progress.kind) {
      case 'step': {
        const { application, step } = progress;
        if (step.state === 'Pending') return;
        const { phase, wave, state } = step;
        const about = { application: printName(application), phase, wave, state };
        this.#logger.info({ ...about, resource: printKey(step) }, 'step');
        return;
      }
      case 'followUp': {
        const { pipeline, state, result } = progress.followUp;
        const application = printName(progress.application);
        const about = { application, pipeline: plainLine(pipeline), state, result };
        this.#logger.info(about, 'follow-up');
        return;
      }
      case 'result': {
        const { outcome, message } = progress.result;
        const about = { application: printName(progress.result), outcome };
        this.#logger.info({ ...about, message: plainLine(message) }, 'result');
        return;
      }
      case 'status':
      case 'notice': {
        const { application, message } = progress;
        const about = { application: printName(application), message: plainLine(message) };
        if (progress.kind === 'status') this.#logger.info(about, 'status');
        else this.#logger.info(about, 'notice');
        return;
      }
      case 'search':
        this.#logger.info({ message: plainLine(progress.message) }, 'search');
        return;
      case 'progress':
    }
  }

  followed({ outcome, message }: Run): void {
    this.#logger.info({ outcome, message: plainLine(message) }, 'run finished in Argo CD');
  }

  canceled(): void {
    this.#logger.info('run canceled');
  }

  ended({ spec, outcome, message, acceptedAt }: Run): void {
    const seconds = (this.#clock.now() - acceptedAt) / 1_000;
    this.#metrics.runEnded(spec.kind, outcome ?? 'failed', seconds);
    if (outcome === 'refused') this.#metrics.refused('unproven');
    const isBad = outcome === 'refused' || outcome === 'unreported';
    const about = { outcome, message: plainLine(message), seconds };
    if (isBad) this.#logger.warn(about, 'run ended');
    else this.#logger.info(about, 'run ended');
  }

  proofFailed({ failure, message }: AzureError): void {
    this.#logger.warn({ failure, reason: plainLine(message) }, 'run verification failed');
  }

  reportFailed({ failure, message }: AzureError, what: string): void {
    this.#metrics.reportFailed(failure);
    this.#logger.warn(
      { failure, what, reason: plainLine(message) },
      'report to Azure DevOps failed',
    );
  }

  /** A report was dropped so that the completion could be sent. */
  leftOut(what: string): void {
    this.#metrics.reportLeftOut(what);
    this.#logger.warn({ what }, 'report dropped');
  }

  storeFailed({ message }: StoreError): void {
    this.#logger.error({ reason: message }, 'step not stored; retrying');
  }

  /** A bug of ours, or a missing key. */
  fault(error: unknown): void {
    this.#logger.error(
      { err: error instanceof Error ? error : new Error(String(error)) },
      'internal error',
    );
  }
}

/** The event that a run claims, or the applications that it follows. */
function aboutOf(spec: RunSpec) {
  if (spec.kind === 'claim') return { event: spec.eventKey };
  const { subject } = spec.request;
  return {
    argocd: spec.argocd,
    applications: 'selector' in subject ? subject.selector : subject.names.map(printName).join(),
  };
}
