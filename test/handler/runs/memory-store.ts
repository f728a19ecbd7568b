import type { Run } from '../../../src/handler/run.ts';
import type {
  StoreStep,
  Store,
  StoredCheckpoint,
  StoredItem,
  StoredToken,
} from '../../../src/handler/store/store.ts';
import { sampleToken } from '../store/sample.ts';
import { goOn, type Passage } from './passage.ts';

const unasked = () => Promise.reject(new Error('This store has one run: nobody asks for more.'));

/** A store of one run that survives the processes of a test. */
export class MemoryStore {
  run: Run;
  token: StoredToken | undefined = sampleToken;
  items: readonly StoredItem[] = [];
  readonly checkpoints = new Map<string, StoredCheckpoint>();
  /** All steps, as they were stored. */
  readonly steps: StoreStep[] = [];
  #seq = 0;

  constructor(run: Run) {
    this.run = run;
  }

  /** A process's access to it. */
  connect(passage: Passage = goOn): Store {
    const call = async <T>(what: string, act: () => T): Promise<T> => {
      await passage(what, 'before');
      const answer = act();
      await passage(what, 'after');
      return answer;
    };
    return {
      commit: (step) => call('commit', () => this.#take(step)),
      items: (_, limit, after = 0) =>
        call('items', () => this.items.filter(({ seq }) => seq > after).slice(0, limit)),
      checkpoints: () => call('checkpoints', () => [...this.checkpoints.values()]),
      token: () => call('token', () => this.token),
      run: () => Promise.resolve(this.run),
      ...{
        openRuns: unasked,
        openRun: unasked,
        runsOf: unasked,
        runs: unasked,
        openRunWith: unasked,
      },
      ...{
        cancellations: unasked,
        addCancellation: unasked,
        removeCancellation: unasked,
        contacts: unasked,
        addContact: unasked,
        figures: unasked,
        sweep: unasked,
      },
      fault: undefined,
      close: () => Promise.resolve(),
    };
  }

  #take(step: StoreStep): void {
    this.steps.push(step);
    const { change, enqueue = [], dequeue = [], checkpoints = [] } = step;
    this.run = { ...this.run, ...change };
    const added = enqueue.map((item) => ({ seq: (this.#seq += 1), ...item }));
    this.items = [...this.items, ...added].filter(({ seq }) => !dequeue.includes(seq));
    for (const { path, checkpoint, plan, result, wait } of checkpoints) {
      const known = this.checkpoints.get(path);
      this.checkpoints.set(path, {
        path,
        checkpoint: checkpoint ?? known?.checkpoint,
        plan: plan ?? known?.plan,
        result: result ?? known?.result,
        wait: wait ?? known?.wait,
      });
    }
    if (this.run.state !== 'ended') return;
    this.token = undefined;
    this.items = [];
    this.checkpoints.clear();
  }
}
