import type { Credential } from '../../src/argocd/rest/connection.ts';
import { RestArgoCD } from '../../src/argocd/rest/rest-argocd.ts';
import { Secret } from '../../src/secret.ts';
import { Detachment } from '../../src/follow/detachment.ts';
import { followAll } from '../../src/follow/follow-all.ts';
import type { FollowRequest, FollowedRun } from '../../src/follow/follow-all.ts';
import type { CheckpointStore } from '../../src/follow/checkpoint-store.ts';
import type { ApplicationName } from '../../src/sync/model/application.ts';
import type {
  Goal,
  RollbackGoal,
  SyncGoal,
  TerminateGoal,
  WaitGoal,
} from '../../src/sync/model/goal.ts';
import type { ApplicationResult, Progress } from '../../src/sync/model/outcome.ts';
import type { SimulatorOptions } from '../../simulators/argo-cd/simulator.ts';
import { ArgoCDSimulator, defaultSpec } from '../../simulators/argo-cd/simulator.ts';
import { plainOptions, waiting } from '../goals.ts';
import { VirtualTime } from '../virtual-time.ts';

/** Our clock and Argo CD's differ by a year, so that any comparison of the two is found. */
const difference = 365 * 86_400_000;
const times = new WeakMap<ArgoCDSimulator, VirtualTime>();

/** A simulator whose time the followers share, and which waits for nothing; `stop` ends both. */
export async function startArgoCD(
  options: Omit<SimulatorOptions, 'clock' | 'timeScale' | 'startTime'> = {},
): Promise<ArgoCDSimulator> {
  const time = new VirtualTime(difference);
  const argocd = await ArgoCDSimulator.start({ ...options, clock: time.clock });
  times.set(argocd, time);
  return argocd;
}

/** The time of a simulator that `startArgoCD` started, as followers see it. */
export function timeOf(argocd: ArgoCDSimulator): VirtualTime {
  const time = times.get(argocd);
  if (time === undefined) throw new Error('the simulator has a time of its own');
  return time;
}

/** The goal of a step that sets only what is given. */
export function syncGoal(
  change: Partial<SyncGoal> = {},
  options: Partial<SyncGoal['options']> = {},
): SyncGoal {
  const target = { kind: 'tracked' } as const;
  return {
    action: 'sync',
    target,
    ...waiting,
    ...change,
    options: { ...plainOptions, ...options },
  };
}

export function waitGoal(change: Partial<WaitGoal> = {}): WaitGoal {
  return { action: 'wait', target: { kind: 'tracked' }, ...waiting, ...change };
}

export function rollbackGoal(to: RollbackGoal['to'] = { kind: 'previous' }): RollbackGoal {
  return { action: 'rollback', to, prune: false, dryRun: false, ...waiting };
}

export function terminateGoal(): TerminateGoal {
  return { action: 'terminate', ...waiting };
}

export const revision = (name: string) => ({ kind: 'revision', revision: name }) as const;

/** A run against a simulator, with everything that it reported. */
export interface Following {
  readonly done: Promise<readonly ApplicationResult[]>;
  readonly told: readonly Progress[];
  cancel(): void;
  /** Ends this process's part of it: what is known is in the checkpoint store. */
  detach(): void;
  /** Resolves when a matching report has been made. */
  until(test: (progress: Progress) => boolean): Promise<void>;
}

export function begin(
  argocd: ArgoCDSimulator,
  names: readonly string[],
  goal: Goal,
  change: Partial<FollowRequest & FollowedRun> & {
    readonly credential?: Credential;
    readonly checkpoints?: CheckpointStore;
  } = {},
): Following {
  const told: Progress[] = [];
  const listeners = new Set<() => void>();
  const cancelling = new AbortController();
  const token = new Secret(argocd.token);
  const { credential = { kind: 'token', token }, checkpoints, ...more } = change;
  const adapter = new RestArgoCD({
    url: argocd.url,
    credential,
    ca: undefined,
    skipTlsVerify: false,
    headers: [],
    proxy: undefined,
  });
  const request: FollowRequest & FollowedRun = {
    subject: { names: names.map(nameOf) },
    project: 'default',
    goal,
    timeout: 120_000,
    onTimeout: 'leave',
    onCancel: 'leave',
    hookLogLines: 20,
    marker: crypto.randomUUID(),
    info: [],
    ...more,
  };
  const done = followAll(request, request, {
    argocd: adapter,
    clock: timeOf(argocd),
    random: () => 0.5,
    signal: cancelling.signal,
    ...(checkpoints === undefined ? {} : { checkpoints }),
    tell: (progress) => {
      told.push(progress);
      for (const listener of listeners) listener();
    },
  }).finally(() => adapter.close());
  return {
    done,
    told,
    cancel: () => cancelling.abort(),
    detach: () => cancelling.abort(new Detachment()),
    until: (test) =>
      new Promise((resolve) => {
        const listener = () => {
          if (!told.some(test)) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
        listener();
      }),
  };
}

/** `name` or `namespace/name`. */
function nameOf(text: string): ApplicationName {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** Follows one application to its end. */
export async function followOne(
  argocd: ArgoCDSimulator,
  name: string,
  goal: Goal,
  change: Parameters<typeof begin>[3] = {},
): Promise<ApplicationResult> {
  const [result] = await begin(argocd, [name], goal, change).done;
  if (result === undefined) throw new Error('there is no result');
  return result;
}

/** The spec of an application that syncs automatically and does not retry failures. */
export function autoSynced(folder: string) {
  const spec = defaultSpec(folder);
  return {
    ...spec,
    syncPolicy: {
      ...spec.syncPolicy,
      automated: { prune: true, selfHeal: true },
      retry: { limit: 0 },
    },
  };
}

/** Resolves when a matching request has arrived. */
export async function untilAsked(
  argocd: ArgoCDSimulator,
  test: (request: ArgoCDSimulator['requests'][number]) => boolean,
): Promise<void> {
  while (!argocd.requests.some(test)) await argocd.sleep(100);
}

/** The bodies of all sync requests. */
export function syncBodies(argocd: ArgoCDSimulator): readonly Readonly<Record<string, unknown>>[] {
  return argocd.requests
    .filter(({ path }) => path.endsWith('/sync'))
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}
