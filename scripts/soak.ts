import { join } from 'node:path';
import { bundle, handlerBundle } from './bundle.ts';
import { readSoakArguments, usage } from './soak/arguments.ts';
import { testOnBusyMachine } from './soak/busy.ts';
import { hasPassed, verdictOf } from './soak/verdict.ts';

const words = process.argv.slice(2);
const asked = readSoakArguments(words);
if (asked.kind === 'help') console.log(usage);
else if (asked.kind === 'fault') {
  console.error(`${asked.message}\n\n${usage}`);
  process.exitCode = 2;
} else if (asked.kind === 'busy') {
  const parts = await testOnBusyMachine(asked.runs);
  for (const line of verdictOf(parts)) console.log(line);
  process.exitCode = hasPassed(parts) ? 0 : 1;
} else {
  await bundle(handlerBundle);
  // What looks into the handler's store needs the Node of the handler.
  process.argv.splice(
    2,
    Infinity,
    '--import',
    'tsx',
    join(import.meta.dirname, 'soak/run.ts'),
    ...words,
  );
  await import('./on-node-24.ts');
}
