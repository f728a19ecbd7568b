import { join } from 'node:path';
import { bundle, handlerBundle } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { readSoakArguments, usage } from './soak/arguments.ts';
import { testOnBusyMachine } from './soak/busy.ts';
import { simulateMany } from './soak/follow-ups/simulate-many.ts';
import { hasPassed, verdictOf } from './soak/verdict.ts';

const words = process.argv.slice(2);
process.exitCode = await doAsked(
  readSoakArguments(words),
  { name: 'soak', usage },
  async (asked) => {
    if (asked.kind === 'busy') {
      const parts = await testOnBusyMachine(asked.runs);
      for (const line of verdictOf(parts)) console.log(line);
      return hasPassed(parts) ? exitCodes.success : 1;
    }
    if (asked.kind === 'followUps') {
      const part = await simulateMany(asked.seeds, asked.first, console.log);
      for (const line of verdictOf([part])) console.log(line);
      return hasPassed([part]) ? exitCodes.success : 1;
    }
    await bundle(handlerBundle);
    // What reads the handler's store needs the handler's Node.
    const script = join(import.meta.dirname, 'soak/run.ts');
    process.argv.splice(2, Infinity, '--import', 'tsx', script, ...words);
    await import('./on-node-24.ts');
    return exitCodes.success;
  },
);
