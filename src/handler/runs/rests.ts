import type { Tidings } from '../../follow/news.ts';
import { isEnded } from '../../sync/operation.ts';
import type { Run, RunHead } from '../run.ts';
import type { Patience } from './patience.ts';
import type { Rest } from './rest.ts';
import type { RunPorts } from './run-ports.ts';

interface Resting {
  readonly until: number;
  /** Listens no more. */
  readonly stop: () => void;
}

/** The runs that are not in memory, each with an ear for what is to begin it again. */
export class Rests {
  readonly #ports: Pick<RunPorts, 'argocd' | 'azure'>;
  readonly #wake: (id: string, isDone: boolean) => void;
  readonly #resting = new Map<string, Resting>();

  /**
   * `wake` is told of a run that something has happened to; `isDone`: of which nothing is left to do
   * but to tell its end, as far as can be seen.
   */
  constructor(
    ports: Pick<RunPorts, 'argocd' | 'azure'>,
    wake: (id: string, isDone: boolean) => void,
  ) {
    this.#ports = ports;
    this.#wake = wake;
  }

  get size(): number {
    return this.#resting.size;
  }

  has(id: string): boolean {
    return this.#resting.has(id);
  }

  /** A run rests: until news of its applications come, its organization answers again, or a time. */
  begin(run: Run, { names, until, isAway }: Rest, ...patiences: readonly Patience[]): void {
    const { id, order, state } = run;
    const stops = this.#listen(run, names, (tidings) => this.#wake(id, isEnd(tidings)));
    if (isAway) {
      const { collection } = order.address;
      const onReturn = (listener: () => void) => this.#ports.azure.onReturn(collection, listener);
      const wake = () => this.#wake(id, state === 'reporting');
      for (const each of patiences) stops.push(each.heed(onReturn, wake));
    }
    this.#add(id, until, stops);
  }

  /** A run of an earlier process has its turn sooner when something happens to it. */
  hearken(run: RunHead): void {
    const { id, order, state, names } = run;
    if (state !== 'following') return;
    const { subject } = order.request;
    const known = names ?? ('names' in subject ? subject.names : []);
    const stops = this.#listen(
      run,
      known.map(({ name }) => name),
      (tidings) => {
        // A stream begins with all that there is.
        if (tidings === 'changed' || tidings.type !== 'ADDED') this.#wake(id, isEnd(tidings));
      },
    );
    this.#add(id, Infinity, stops);
  }

  /** A run rests until a time, whatever happens. */
  pause(id: string, until: number): void {
    this.#add(id, until, []);
  }

  /** Listens for a run no more. */
  end(id: string): void {
    this.#resting.get(id)?.stop();
    this.#resting.delete(id);
  }

  /** Wakes those whose time has come. */
  wakeDue(now: number): void {
    for (const [id, { until }] of this.#resting) if (until <= now) this.#wake(id, false);
  }

  #add(id: string, until: number, stops: readonly (() => void)[]): void {
    this.#resting.set(id, { until, stop: () => stops.forEach((stop) => stop()) });
  }

  #listen(
    run: RunHead,
    names: readonly string[],
    hear: (tidings: Exclude<Tidings, 'broken'>) => void,
  ): (() => void)[] {
    const news = this.#ports.argocd(run.order, () => run)?.news;
    if (news === undefined) return [];
    return names.map((name) =>
      news.listen(name, (tidings) => {
        // While nothing is told, it looks for itself when its time comes.
        if (tidings !== 'broken') hear(tidings);
      }),
    );
  }
}

/** Whether the operation of an application has ended, by what is told of it. */
function isEnd(tidings: Exclude<Tidings, 'broken'>): boolean {
  if (tidings === 'changed') return false;
  const { operation, operationState } = tidings.application;
  return operation === undefined && operationState !== undefined && isEnded(operationState.phase);
}
