import type { ChangeEvent } from '../../../follow/change-source.ts';
import { isEnded } from '../../../sync/model/operation.ts';
import type { Run, RunHead } from '../../run.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import type { ParkCondition } from '../execution/active-run.ts';
import type { AzurePorts, RunPorts } from '../run-ports.ts';

/** Sources of changes for parked runs. */
export interface ParkedRunsPorts extends Pick<RunPorts, 'argocd'> {
  readonly azure: Pick<AzurePorts, 'onReturn'>;
}

interface Parked {
  readonly until: number;
  /** Stops listening. */
  readonly stop: () => void;
}

/**
 * The runs that are not in memory, each with the listeners that wake it. A run is parked from `begin`,
 * `watch` or `pause` until `end`. `wake` does not end it; the receiver does.
 */
export class ParkedRuns {
  readonly #ports: ParkedRunsPorts;
  readonly #wake: (id: string, isDone: boolean) => void;
  readonly #parked = new Map<string, Parked>();

  /**
   * `wake` is called when something has happened to a run. `isDone`: apparently, only its end is left to be
   * reported.
   */
  constructor(ports: ParkedRunsPorts, wake: (id: string, isDone: boolean) => void) {
    this.#ports = ports;
    this.#wake = wake;
  }

  get size(): number {
    return this.#parked.size;
  }

  has(id: string): boolean {
    return this.#parked.has(id);
  }

  /** Parks a run until its applications change, its organization responds again, or a time has come. */
  begin(
    run: Run,
    { names, until, isAway }: ParkCondition,
    ...backoffs: readonly RetryBackoff[]
  ): void {
    const { id, spec, state } = run;
    const stops = this.#listen(run, names, (event) => this.#wake(id, isEnd(event)));
    if (isAway) {
      const { collection } = spec.address;
      const onReturn = (listener: () => void) => this.#ports.azure.onReturn(collection, listener);
      const wake = () => this.#wake(id, state === 'reporting');
      for (const each of backoffs) stops.push(each.subscribe(onReturn, wake));
    }
    this.#add(id, until, stops);
  }

  /** A run of an earlier process is resumed sooner if something happens to it. */
  watch(run: RunHead): void {
    const { id, spec, state, names } = run;
    if (state !== 'following' || spec.kind === 'claim') return;
    const { subject } = spec.request;
    const known = names ?? ('names' in subject ? subject.names : []);
    const stops = this.#listen(
      run,
      known.map(({ name }) => name),
      (event) => {
        // A stream starts with all existing applications.
        if (event === 'changed' || event.type !== 'ADDED') this.#wake(id, isEnd(event));
      },
    );
    this.#add(id, Infinity, stops);
  }

  /** Parks a run until a time, whatever happens. */
  pause(id: string, until: number): void {
    this.#add(id, until, []);
  }

  /** Stops listening for a run. */
  end(id: string): void {
    this.#parked.get(id)?.stop();
    this.#parked.delete(id);
  }

  /** Wakes runs whose time has come. */
  wakeDue(now: number): void {
    for (const [id, { until }] of this.#parked) if (until <= now) this.#wake(id, false);
  }

  #add(id: string, until: number, stops: readonly (() => void)[]): void {
    this.#parked.set(id, { until, stop: () => stops.forEach((stop) => stop()) });
  }

  #listen(
    run: RunHead,
    names: readonly string[],
    hear: (event: Exclude<ChangeEvent, 'broken'>) => void,
  ): (() => void)[] {
    const changes = this.#ports.argocd(run.spec, () => run)?.changes;
    if (changes === undefined) return [];
    return names.map((name) =>
      changes.listen(name, (event) => {
        // Without notifications, it looks by itself when its time comes.
        if (event !== 'broken') hear(event);
      }),
    );
  }
}

/** Whether the operation of an application has ended, according to a change event. */
function isEnd(event: Exclude<ChangeEvent, 'broken'>): boolean {
  if (event === 'changed') return false;
  const { operation, operationState } = event.application;
  return operation === undefined && operationState !== undefined && isEnded(operationState.phase);
}
