import type { Clock } from '../../async/clock.ts';
import { completeAddress } from '../../follow-ups/pipeline-address.ts';
import type { QueuePipeline } from '../../follow-ups/action-kinds/queue-pipeline.ts';
import type { CompleteAddress } from '../../follow-ups/pipeline-address.ts';
import { printName } from '../../sync/model/application.ts';
import {
  grantsFor,
  grantsOf,
  mayQueue,
  type HookRights,
  type HookSubject,
} from '../access/hook-grants.ts';
import type { HookCallers } from '../access/hook-callers.ts';
import { printHookIdentity, type HookIdentity } from '../access/hook-identity.ts';
import { RateLimit } from '../access/rate-limit.ts';
import type { HookGrant } from '../config/hooks-config.ts';
import type { HookFollowUp, HookIntake, HookTask } from '../hook-intake.ts';
import { callingHookOf, printHook } from './calling-hook.ts';
import { readHookBody } from './hook-body.ts';
import type { Answer } from './public-calls.ts';
import { presentedSecrets } from './redaction.ts';
import { Refusal } from './refusal.ts';

/** What answers the calls of hooks. */
export interface HookPorts {
  readonly callers: Pick<HookCallers, 'identify'>;
  readonly intake: HookIntake;
  /** From the current configuration. */
  readonly rights: () => HookRights;
  /** The organization to use where a pipeline names none. */
  readonly organization: () => string | undefined;
  readonly clock: Clock;
}

/** A request whose caller is not yet known. */
export interface HookRequest {
  readonly method: 'GET' | 'POST';
  /** From `/v1/` on, including the query. */
  readonly path: string;
  readonly query: (name: string) => string | undefined;
  header(name: string): string | undefined;
  /** Absent if it is too long. Rejects if the caller disconnects. */
  body(): Promise<string | undefined>;
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal;
}

/** The response, and the caller, if identified. */
export interface HookResponse {
  readonly answer: Answer;
  readonly client: string | undefined;
}

/** The call rate of one hook: enough for one that waits, and for some lost calls. */
const rate = { requestsPerSecond: 5, burst: 50, pendingRuns: 0 } as const;
/** The longest wait for a response, in seconds; an ingress usually gives up after 60. */
const longestWait = 30;
/** Calls that may wait at a time; others are answered at once. */
const mostWaiting = 500;
/** Seconds after which Argo CD has usually recorded that a hook runs. */
const unseenPause = 2;

/** Answers the calls of hooks, after verifying each caller. */
export class HookRoutes {
  readonly #ports: HookPorts;
  readonly #rate = new RateLimit(rate);
  #waiting = 0;

  constructor(ports: HookPorts) {
    this.#ports = ports;
  }

  /** `POST /v1/hooks`: a hook reports that it runs, and what to queue. */
  async accept(request: HookRequest): Promise<HookResponse> {
    return this.#known(request, async (identity, grants, body) => {
      const text = body ?? (await this.#bodyOf(request));
      if (text instanceof Refusal) return text;
      const secrets = presentedSecrets((name) => request.header(name));
      const call = readHookBody(text, secrets);
      if ('faults' in call) {
        const count =
          call.faults.length === 1 ? 'One field is' : `${call.faults.length} fields are`;
        return new Refusal(400, 'inputs', `${count} invalid: nothing was done.`, call);
      }
      const { phase, each, complete: completes = false } = call;
      const calling = callingHookOf(call, identity, grants);
      if (calling instanceof Refusal) return calling;
      const { argocd, application, hook } = calling;
      const queue = call.queue && this.#complete(call.queue);
      const allow = (appProject: string | undefined) => {
        const fitting = this.#grantsFor(identity, { argocd, application, appProject });
        return queue === undefined ? fitting.length > 0 : mayQueue(fitting, queue);
      };
      if (!allow(undefined)) return denied(identity, argocd, printName(application), queue);
      const isAllowed = (appProject: string) => allow(appProject);
      const answer = await this.#ports.intake.accept(
        { argocd, application, hook, phase, queue, completes, each, isAllowed },
        request.signal,
      );
      switch (answer.kind) {
        case 'accepted': {
          const { phase: found, followUps, task } = answer;
          const told = {
            application: printName(application),
            phase: found,
            followUps: followUps.map(printFollowUp),
          };
          return { status: 202, body: task ? { ...told, task: printTask(task) } : told };
        }
        case 'unfollowed':
          return new Refusal(403, 'denied', unfollowed(argocd));
        case 'unseen': {
          const advice =
            'pod' in hook ? ' Name it in `hook` if its pods are not named after it.' : '';
          const message = `Argo CD ${argocd} shows no hook ${printHook(hook)} running for application ${printName(application)} in a granted AppProject. A hook appears there shortly after it starts.${advice}`;
          return new Refusal(409, 'unseen', message, { retryAfter: unseenPause });
        }
        case 'ambiguous': {
          const message = `Several hooks of this operation can have created this pod: name one in \`hook\`.`;
          return new Refusal(400, 'inputs', message);
        }
        case 'unavailable':
          return new Refusal(503, 'unavailable', answer.message, { retryAfter: 5 });
      }
    });
  }

  /** `GET /v1/hooks/{id}`: the progress of a follow-up. */
  async progress(request: HookRequest, id: string): Promise<HookResponse> {
    return this.#known(request, async (identity) => {
      const asked = request.query('wait') ?? '0';
      if (!/^\d{1,4}$/.test(asked)) {
        return new Refusal(400, 'inputs', '`wait` is not a number of seconds.');
      }
      const seconds = this.#waiting >= mostWaiting ? 0 : Math.min(longestWait, Number(asked));
      this.#waiting += 1;
      try {
        const found = /^\d{15}$/.test(id)
          ? await this.#ports.intake.progress(
              id,
              (subject) => this.#grantsFor(identity, subject).length > 0,
              seconds * 1_000,
              request.signal,
            )
          : undefined;
        if (found !== undefined) return { status: 200, body: printFollowUp(found) };
        return new Refusal(404, 'unseen', 'Follow-up not found, or not granted to this hook.');
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  /** The grants of a hook for an application, from the current configuration. */
  #grantsFor(identity: HookIdentity, subject: HookSubject): readonly HookGrant[] {
    const rights = this.#ports.rights();
    return grantsFor(rights, grantsOf(rights, identity), subject);
  }

  async #known(
    request: HookRequest,
    answer: (
      identity: HookIdentity,
      grants: readonly HookGrant[],
      body: string | undefined,
    ) => Promise<Answer>,
  ): Promise<HookResponse> {
    const { callers, clock, rights } = this.#ports;
    let body: string | undefined;
    const identity = await callers.identify({
      method: request.method,
      path: request.path,
      header: (name) => request.header(name),
      body: async () => (body = await request.body().catch(() => undefined)),
    });
    if (!('caller' in identity)) {
      const { kind, message, retryAfter } = identity;
      const status = kind === 'unauthenticated' ? 401 : kind === 'throttled' ? 429 : 503;
      const about = retryAfter === undefined ? {} : { retryAfter };
      return { answer: new Refusal(status, kind, message, about), client: undefined };
    }
    const client = printHookIdentity(identity);
    const wait = this.#rate.take(client, clock.now());
    if (wait > 0) {
      const retryAfter = Math.ceil(wait / 1_000);
      const message = `This hook calls too often. Try again in ${retryAfter} s.`;
      return { answer: new Refusal(429, 'throttled', message, { retryAfter }), client };
    }
    return { answer: await answer(identity, grantsOf(rights(), identity), body), client };
  }

  async #bodyOf(request: HookRequest): Promise<string | Refusal> {
    try {
      const body = await request.body();
      return body ?? new Refusal(413, 'too-large', 'The body has more than 16 KiB.');
    } catch {
      return new Refusal(400, 'body', 'The body was not received.');
    }
  }

  #complete(queue: QueuePipeline): QueuePipeline & CompleteAddress {
    // No organization has this name, so the call is denied with the names that it gave.
    const organization = this.#ports.organization() ?? '';
    const address = completeAddress(queue, { organization, project: undefined });
    return { ...queue, ...(address ?? { organization, project: '', pipeline: queue.pipeline }) };
  }
}

function denied(
  identity: HookIdentity,
  argocd: string,
  application: string,
  queue: CompleteAddress | undefined,
): Refusal {
  const { caller, account } = identity;
  const whose =
    account === undefined
      ? `caller ${caller}`
      : `service account ${account.namespace}/${account.name} of caller ${caller}`;
  const what =
    queue === undefined
      ? 'call'
      : `queue ${[queue.organization, queue.project, queue.pipeline].join('/')}`;
  const message = `No entry of \`hooks.grants\` allows ${whose} to ${what} for application ${application} of Argo CD ${argocd}.`;
  return new Refusal(403, 'denied', message);
}

function unfollowed(argocd: string): string {
  return `A task of Azure Pipelines waits for this operation, but the handler does not follow it: it needs \`announcedRuns\` of Argo CD ${argocd}, and a rule for the task's project. The log of the handler says what is missing.`;
}

function printTask(task: HookTask | 'none'): object | null {
  return task === 'none' ? null : { ...task, outcome: task.outcome ?? null };
}

function printFollowUp({ run, ...followUp }: HookFollowUp): object {
  const { name, page, state = null, result = null } = run ?? {};
  return { ...followUp, run: run === undefined ? null : { name, page, state, result } };
}
