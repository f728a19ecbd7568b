import type { Clock } from '../../async/clock.ts';
import { completeAddress } from '../../follow-ups/pipeline-address.ts';
import type { QueuePipeline } from '../../follow-ups/follow-up.ts';
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
import { isPodOf, printHookIdentity, type HookIdentity } from '../access/hook-identity.ts';
import { RateLimit } from '../access/rate-limit.ts';
import type { HookGrant } from '../config/hooks-config.ts';
import type { HookFollowUp, HookIntake } from '../hook-intake.ts';
import { readHookBody } from './hook-body.ts';
import type { Answer } from './public-calls.ts';
import { Refusal } from './refusal.ts';

/** What the calls of hooks are answered by. */
export interface HookPorts {
  readonly callers: Pick<HookCallers, 'identify'>;
  readonly intake: HookIntake;
  /** By the configuration of the moment. */
  readonly rights: () => HookRights;
  /** The organization that is meant where a pipeline names none. */
  readonly organization: () => string | undefined;
  readonly clock: Clock;
}

/** A request of somebody who is not known yet. */
export interface HookRequest {
  readonly method: 'GET' | 'POST';
  /** From `/v1/` on, with its query. */
  readonly path: string;
  readonly query: (name: string) => string | undefined;
  header(name: string): string | undefined;
  /** Absent when it is too long. Rejects when the caller went away. */
  body(): Promise<string | undefined>;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}

/** What came of it, and who it was, once that is known. */
export interface HookResponse {
  readonly answer: Answer;
  readonly client: string | undefined;
}

/** Calls of one hook: as many as somebody who waits makes, and some that are lost. */
const rate = { requestsPerSecond: 5, burst: 50, pendingRuns: 0 } as const;
/** Seconds that an answer may be waited for; an ingress usually gives up after 60. */
const longestWait = 30;
/** Answers that are waited for at a time; whoever comes then is answered at once. */
const mostWaiting = 500;
/** Seconds after which Argo CD will have written down that a hook runs. */
const unseenPause = 2;

/** Answers the calls of hooks, each once its caller is proven. */
export class HookRoutes {
  readonly #ports: HookPorts;
  readonly #rate = new RateLimit(rate);
  #waiting = 0;

  constructor(ports: HookPorts) {
    this.#ports = ports;
  }

  /** `POST /v1/hooks`: a hook tells that it runs, and what it wants queued. */
  async accept(request: HookRequest): Promise<HookResponse> {
    return this.#known(request, async (identity, grants, body) => {
      const text = body ?? (await this.#bodyOf(request));
      if (text instanceof Refusal) return text;
      const call = readHookBody(text);
      if ('faults' in call) {
        const count =
          call.faults.length === 1 ? 'One field is' : `${call.faults.length} fields are`;
        return new Refusal(400, 'inputs', `${count} invalid: nothing was done.`, call);
      }
      const { application, hook, phase, each } = call;
      const argocd = call.argocd ?? onlyArgoCDOf(grants);
      if (argocd === undefined) {
        const message = 'The grants of this hook are for several Argo CDs: say which by `argocd`.';
        return new Refusal(400, 'inputs', message);
      }
      const stranger = strangerProblem(identity, hook);
      if (stranger !== undefined) return new Refusal(403, 'denied', stranger);
      const queue = call.queue && this.#complete(call.queue);
      const allow = (appProject: string | undefined) => {
        const fitting = this.#grantsFor(identity, { argocd, application, appProject });
        return queue === undefined ? fitting.length > 0 : mayQueue(fitting, queue);
      };
      if (!allow(undefined)) return denied(identity, argocd, printName(application), queue);
      const isAllowed = (appProject: string) => allow(appProject);
      const answer = await this.#ports.intake.accept(
        { argocd, application, hook, phase, queue, each, isAllowed },
        request.signal,
      );
      switch (answer.kind) {
        case 'accepted': {
          const { phase: found, followUps } = answer;
          return { status: 202, body: { phase: found, followUps: followUps.map(printFollowUp) } };
        }
        case 'unseen': {
          const message = `Argo CD ${argocd} shows no hook ${hook.namespace}/${hook.name} that runs for application ${printName(application)} in an AppProject that is granted. It shows a hook a moment after it has begun.`;
          return new Refusal(409, 'unseen', message, { retryAfter: unseenPause });
        }
        case 'unavailable':
          return new Refusal(503, 'unavailable', answer.message, { retryAfter: 5 });
      }
    });
  }

  /** `GET /v1/hooks/{id}`: how far a follow-up is. */
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
        return new Refusal(
          404,
          'unseen',
          'There is no such follow-up, or it is none of this hook.',
        );
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  /** The grants of a hook for an application, by the configuration of the moment. */
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
    // No organization is called so: it is denied, by what it names.
    const organization = this.#ports.organization() ?? '';
    const address = completeAddress(queue, { organization, project: undefined });
    return { ...queue, ...(address ?? { organization, project: '', pipeline: queue.pipeline }) };
  }
}

/** A token proves the namespace and the pod; a key proves neither. */
function strangerProblem(
  { account }: HookIdentity,
  hook: { readonly name: string; readonly namespace: string },
): string | undefined {
  if (account === undefined) return undefined;
  if (account.namespace !== hook.namespace) {
    return `The token is of namespace ${account.namespace}, and the hook is said to be in ${hook.namespace}.`;
  }
  if (account.pod !== undefined && !isPodOf(hook.name, account.pod)) {
    return `The token is of pod ${account.pod}, which is none of hook ${hook.name}.`;
  }
  return undefined;
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
      ? 'speak'
      : `queue ${[queue.organization, queue.project, queue.pipeline].join('/')}`;
  const message = `No entry of \`hooks.grants\` lets ${whose} ${what} for application ${application} of Argo CD ${argocd}.`;
  return new Refusal(403, 'denied', message);
}

function onlyArgoCDOf(grants: readonly HookGrant[]): string | undefined {
  const [name, ...more] = new Set(grants.map(({ argocd }) => argocd));
  return more.length === 0 ? name : undefined;
}

function printFollowUp({ run, ...followUp }: HookFollowUp): object {
  const { name, page, state = null, result = null } = run ?? {};
  return { ...followUp, run: run === undefined ? null : { name, page, state, result } };
}
