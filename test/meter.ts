import assert from 'node:assert/strict';

/** Counts how often properties of objects are read: a measure of work that no machine changes. */
export class Meter {
  reads = 0;

  watch<T extends object>(value: T): T {
    return new Proxy(value, {
      get: (target, name, receiver): unknown => {
        this.reads += 1;
        return Reflect.get(target, name, receiver);
      },
    });
  }

  /** Counts what arrays hand out one by one while something is done: in loops and in copies. */
  iterated<T>(act: () => T): T {
    const original = Object.getOwnPropertyDescriptor(Array.prototype, Symbol.iterator);
    assert.ok(original);
    const values = original.value as typeof Array.prototype.values;
    const count = (): void => {
      this.reads += 1;
    };
    Object.defineProperty(Array.prototype, Symbol.iterator, {
      ...original,
      value: function (this: unknown[]) {
        const items = values.call(this);
        const next = items.next.bind(items);
        return Object.assign(items, {
          next: () => {
            count();
            return next();
          },
        });
      },
    });
    try {
      return act();
    } finally {
      Object.defineProperty(Array.prototype, Symbol.iterator, original);
    }
  }
}

/** Fails unless four times the size is about four times the work, and not sixteen times. */
export function assertLinear(work: (count: number, meter: Meter) => void): void {
  const readsOf = (count: number) => {
    const meter = new Meter();
    work(count, meter);
    return meter.reads;
  };
  const [few, many] = [readsOf(250), readsOf(1_000)];
  assert.ok(many < 5 * few, `${few} and ${many} reads for 250 and 1,000`);
}
