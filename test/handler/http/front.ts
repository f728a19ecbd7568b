import { createHash } from 'node:crypto';
import { Secret } from '../../../src/secret.ts';
import type { RunAddress } from '../../../src/azure/task-hub/run-address.ts';
import type { Accepted, RunIntake } from '../../../src/handler/run-intake.ts';
import { Access } from '../../../src/handler/http/access.ts';
import type { GateReport, GateEvaluator, GateRequest } from '../../../src/handler/gates.ts';
import { publicApp, type RefusedCall } from '../../../src/handler/http/public-app.ts';
import type { RunSpec } from '../../../src/handler/run.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { clientToken, requestHeaders } from './example-requests.ts';

type Settings = ConstructorParameters<typeof Access>[0];

export function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** One client that may sync and gate the shop's applications, and a few with fewer rights. */
export const settings: Settings = {
  grants: [],
  azureDevOps: {
    organizations: [{ url: 'https://dev.azure.com/fabrikam', isPrivate: false, pat: undefined }],
    tokenLifetime: 24 * 3_600_000,
    identity: undefined,
  },
  argocd: [
    {
      name: 'prod',
      url: 'https://argocd.example.com',
      namespace: 'argocd',
      token: new Secret('argo-cd-token'),
      ca: undefined,
      skipTlsVerify: false,
      publicUrl: undefined,
    },
  ],
  clients: [
    { name: 'fabrikam', digests: [digest(clientToken)] },
    { name: 'stranger', digests: [digest('client-token-of-a-stranger')] },
  ],
  rules: [
    {
      client: 'fabrikam',
      azureProjects: ['shop'],
      argocd: 'prod',
      appProjects: ['default'],
      applications: ['shop-*'],
      actions: ['sync', 'gate'],
    },
  ],
  limits: { requestsPerSecond: 10, burst: 10_000, pendingRuns: 3 },
};

/** The settings with other actions in their one rule. */
export function allowing(...actions: Settings['rules'][number]['actions']): Settings {
  return { ...settings, rules: settings.rules.map((rule) => ({ ...rule, actions })) };
}

/** Keeps what it gets in memory. */
export class MemoryIntake implements RunIntake {
  readonly orders: { readonly spec: RunSpec; readonly token: Secret }[] = [];
  readonly cancellations: { readonly address: RunAddress; readonly token: Secret }[] = [];
  /** Makes every further call fail. */
  failure: Error | undefined;
  pending = 0;
  unproven = 0;
  hasTooManyCancels = false;

  known({ planId }: RunAddress, token: Secret): Promise<Accepted | undefined> {
    const index = this.orders.findIndex(
      (one) => one.spec.address.planId === planId && one.token.reveal() === token.reveal(),
    );
    return Promise.resolve(
      index === -1 ? undefined : { runId: `run-${index + 1}`, state: 'following', isKnown: true },
    );
  }

  accept(spec: RunSpec, token: Secret): Promise<Accepted> {
    if (this.failure) return Promise.reject(this.failure);
    this.orders.push({ spec, token });
    return Promise.resolve({
      runId: `run-${this.orders.length}`,
      state: 'accepted',
      isKnown: false,
    });
  }

  cancel(address: RunAddress, token: Secret): Promise<boolean> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.hasTooManyCancels) return Promise.resolve(false);
    this.cancellations.push({ address, token });
    return Promise.resolve(true);
  }

  unprovenOf(): number {
    return this.unproven;
  }

  pendingOf(): number {
    return this.pending;
  }
}

/** Returns what it was told to, and records the requests. */
export class SetGateEvaluator implements GateEvaluator {
  readonly questions: GateRequest[] = [];
  answer: GateReport = { status: 'passed', message: 'All are there.', applications: [] };

  judge(question: GateRequest): GateReport {
    this.questions.push(question);
    return this.answer;
  }
}

/** The public routes with everything behind them. */
export function front(changes: Partial<Settings> = {}) {
  const clock = new ManualClock();
  const access = new Access({ ...settings, ...changes }, clock);
  const intake = new MemoryIntake();
  const gates = new SetGateEvaluator();
  const refusals: RefusedCall[] = [];
  const errors: unknown[] = [];
  const app = publicApp({
    access,
    intake,
    gates,
    version: '1.2.3',
    onRefusal: (call) => refusals.push(call),
    onAnswer: () => undefined,
    onError: (error) => errors.push(error),
  });
  return {
    app,
    access,
    intake,
    gates,
    clock,
    refusals,
    errors,
    /** Posts with the usual headers; `undefined` removes one. */
    post: async (
      path: string,
      body: string,
      headers: Readonly<Record<string, string | undefined>> = {},
    ): Promise<Answered> => {
      const all = Object.entries({ ...requestHeaders, ...headers });
      const given = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
      return read(await app.request(path, { method: 'POST', body, headers: given }));
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text) as Answered['body'],
  };
}
