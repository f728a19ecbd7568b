import assert from 'node:assert/strict';
import { fuzz } from './fuzzing.ts';

const mebibyte = 1_024 * 1_024;

describe("The handler's process, under 2,000 requests of all kinds,", () => {
  it('continues, responds to each as documented, and does not leak memory', async () => {
    const seed = Date.now() % 1_000_000;
    const { statuses, memory, problems } = await fuzz({ seed, requests: 2_000 });
    assert.deepEqual(problems, [], `seed ${seed}`);
    for (const status of [200, 202, 400, 401, 403, 404]) {
      assert.ok((statuses[status] ?? 0) > 5, `${status}: ${JSON.stringify(statuses)}`);
    }
    assert.ok(memory.last - memory.warm < 100 * mebibyte, JSON.stringify(memory));
  });
});
