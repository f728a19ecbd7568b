import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/async/clock.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { adding, sampleCheckpoint } from './sample.ts';

/**
 * A program for crash tests: it stores step after step of several runs in parallel, each of which
 * writes its number everywhere, and prints every number that was promised. It ends when nothing can
 * be stored any more. Arguments: the file, the prefix of its runs, the size of a step.
 */
const [path = '', prefix = '', size = '0'] = process.argv.slice(2);
const store = SqliteStore.open(path, systemClock);
const filling = 'x'.repeat(Number(size));

async function work(runId: string): Promise<void> {
  await store.commit(adding(runId, { message: '0' }, { sealed: '0', digest: '0' }));
  for (let number = 1; ; number += 1) {
    const text = String(number);
    await store.commit({
      runId,
      change: { message: text, attempt: number },
      checkpoints: ['a', 'b'].map((application) => ({
        path: application,
        checkpoint: sampleCheckpoint(number),
        plan: undefined,
        result: undefined,
      })),
      enqueue: [1, 2].map((at) => ({ at, item: { kind: 'lines', lines: [text, filling] } })),
    });
    writeSync(1, `${runId} ${number}\n`);
  }
}

const runs = [1, 2, 3].map((number) => work(`${prefix}-${number}`));
const endings = await Promise.allSettled(runs);
for (const ending of endings) {
  if (ending.status === 'rejected') writeSync(1, `! ${String(ending.reason)}\n`);
}
writeSync(1, `! ${store.fault ?? 'no fault'}\n`);
process.exit(0);
