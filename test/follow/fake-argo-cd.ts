import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import type { Address, ArgoCD, GetOptions, PodLog, WatchEvent } from '../../src/argocd/port.ts';
import type { Clock } from '../../src/async/clock.ts';
import type { FollowPorts, FollowSettings } from '../../src/follow/settings.ts';
import type { Application } from '../../src/sync/model/application.ts';
import type { Failure } from '../../src/sync/model/failure.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import type { Progress } from '../../src/sync/model/outcome.ts';
import { application, marker, syncGoal } from '../sync/sample-application.ts';

export function failed(
  failure: Failure,
  reason: string = failure,
  retryAfter?: number,
): ArgoCDError {
  return new ArgoCDError('GET /x', reason, { failure, retryAfter });
}

/** Never responds until the signal aborts, like a server that hangs. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** An Argo CD whose every response the test defines; it counts the requests. */
export class FakeArgoCD implements ArgoCD {
  readonly #clock: Clock;
  readonly #ends = new Set<() => void>();
  #queues = new Set<(event: WatchEvent | undefined) => void>();
  /** The requests, and when they arrived. */
  readonly calls: { readonly at: number; readonly what: string }[] = [];
  /** The response to GET. */
  application: Application = application();
  onGet: (options: GetOptions, address: Address) => Promise<Application> = () =>
    Promise.resolve(this.application);
  onFind: ArgoCD['find'] = () => Promise.resolve([]);
  onSync: ArgoCD['sync'] = () => Promise.reject(new Error('no sync was expected'));
  onRollback: ArgoCD['rollback'] = () => Promise.reject(new Error('no rollback was expected'));
  onTerminate: ArgoCD['terminate'] = () => Promise.reject(new Error('no terminate was expected'));
  onManifests: ArgoCD['manifests'] = () => Promise.resolve([]);
  onWindows: ArgoCD['windows'] = () => Promise.reject(failed('unavailable'));
  onCommit: ArgoCD['commit'] = () => Promise.reject(failed('internal'));
  onLogs: ArgoCD['logs'] = () => Promise.resolve<PodLog>({ lines: [], fault: '' });
  /** Why the stream does not open; undefined if it does. */
  onWatch = (): Error | undefined => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When this was requested. */
  times(what: string): readonly number[] {
    return this.calls.filter((call) => call.what === what).map(({ at }) => at);
  }

  /** Sends a message, or a heartbeat, on every open stream. */
  send(event: WatchEvent | undefined): void {
    for (const queue of this.#queues) queue(event);
  }

  breakStreams(): void {
    for (const end of this.#ends) end();
  }

  get openStreams(): number {
    return this.#queues.size;
  }

  get: ArgoCD['get'] = (address, options) => {
    this.#note(options.refresh !== true ? 'get' : options.hard === true ? 'hard' : 'refresh');
    return this.onGet(options, address);
  };

  find: ArgoCD['find'] = (...given) => {
    this.#note('find');
    return this.onFind(...given);
  };

  sync: ArgoCD['sync'] = (...given) => {
    this.#note('sync');
    return this.onSync(...given);
  };

  rollback: ArgoCD['rollback'] = (...given) => {
    this.#note('rollback');
    return this.onRollback(...given);
  };

  terminate: ArgoCD['terminate'] = (...given) => {
    this.#note('terminate');
    return this.onTerminate(...given);
  };

  manifests: ArgoCD['manifests'] = (...given) => {
    this.#note('manifests');
    return this.onManifests(...given);
  };

  windows: ArgoCD['windows'] = (...given) => {
    this.#note('windows');
    return this.onWindows(...given);
  };

  commit: ArgoCD['commit'] = (...given) => {
    this.#note('commit');
    return this.onCommit(...given);
  };

  logs: ArgoCD['logs'] = (...given) => {
    this.#note('logs');
    return this.onLogs(...given);
  };

  async *watch(_: unknown, signal: AbortSignal): AsyncGenerator<WatchEvent | undefined> {
    this.#note('watch');
    const refusal = this.onWatch();
    if (refusal !== undefined) throw refusal;
    let wake = () => undefined as void;
    let isOpen = true;
    const waiting: (WatchEvent | undefined)[] = [];
    const queue = (event: WatchEvent | undefined) => {
      waiting.push(event);
      wake();
    };
    const end = () => {
      isOpen = false;
      wake();
    };
    this.#queues.add(queue);
    this.#ends.add(end);
    signal.addEventListener('abort', end, { once: true });
    try {
      while (isOpen || waiting.length > 0) {
        while (waiting.length > 0) yield waiting.shift();
        if (!isOpen) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#queues.delete(queue);
      this.#ends.delete(end);
      signal.removeEventListener('abort', end);
    }
  }

  pageOf: ArgoCD['pageOf'] = ({ name }) => `https://argocd.example.com/applications/${name}`;

  #note(what: string): void {
    this.calls.push({ at: this.#clock.now(), what });
  }
}

export const address = { name: 'shop', project: 'default' };

export function settingsOf(
  goal: Goal = syncGoal(),
  change: Partial<FollowSettings> = {},
): FollowSettings {
  return {
    address,
    path: 'shop',
    grace: 4_000,
    goal,
    deadline: Infinity,
    marker,
    onTimeout: 'leave',
    onCancel: 'leave',
    hookLogLines: 20,
    info: [],
    ...change,
  };
}

/** Ports on a fake Argo CD, with everything reported, and the controller that cancels the run. */
export function portsOn(
  argocd: ArgoCD,
  clock: Clock,
): FollowPorts & { readonly told: Progress[]; readonly cancel: () => void } {
  const told: Progress[] = [];
  const cancelling = new AbortController();
  return {
    argocd,
    clock,
    random: () => 1,
    signal: cancelling.signal,
    tell: (progress) => told.push(progress),
    told,
    cancel: () => cancelling.abort(),
  };
}
