import assert from 'node:assert/strict';

/**
 * Counts how often properties of objects are read: a measure of work that does not depend on the
 * machine.
 */
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

  /** Counts the elements that arrays return one by one during some work: in loops and in copies. */
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

/** Fails unless four times the size takes about four times the work, rather than sixteen times. */
export function assertLinear(work: (count: number, meter: Meter) => void): void {
  const readsOf = (count: number) => {
    const meter = new Meter();
    work(count, meter);
    return meter.reads;
  };
  const [few, many] = [readsOf(250), readsOf(1_000)];
  assert.ok(many < 5 * few, `${few} and ${many} reads for 250 and 1,000`);
}
