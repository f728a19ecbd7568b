import { fuzz } from '../../test/handler/process/fuzzing.ts';
import { killAtRandom } from '../../test/handler/process/random-kills.ts';
import { readSoakArguments, type SoakPlan } from './arguments.ts';
import { hasPassed, verdictOf, type SoakPart } from './verdict.ts';

/** Installations that are killed at the same time, so that they interfere with each other. */
const installations = 2;
const killsPerLine = 50;
const requestsPerLine = 10_000;
const mebibyte = 1_024 * 1_024;
/** Bytes by which memory may grow from the first fifth of the requests to the last. */
const mostGrowth = 100 * mebibyte;

const asked = readSoakArguments(process.argv.slice(2));
if (asked.kind === 'run') {
  const seed = asked.plan.seed ?? Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const parts: SoakPart[] = [];
  if (asked.plan.kills > 0) parts.push(await soakKills(asked.plan, seed));
  if (asked.plan.requests > 0) parts.push(await soakRequests(asked.plan, seed));
  for (const line of verdictOf(parts, seed)) console.log(line);
  process.exitCode = hasPassed(parts) ? 0 : 1;
}

async function soakKills({ kills, minutes }: SoakPlan, seed: number): Promise<SoakPart> {
  const counts = Array.from({ length: installations }, () => ({ kills: 0, runs: 0 }));
  const total = (part: 'kills' | 'runs') => counts.reduce((sum, count) => sum + count[part], 0);
  const reports = await Promise.all(
    counts.map((count, index) =>
      killAtRandom({
        seed: seed + index,
        kills: Math.floor((kills + index) / installations),
        limit: minutes * 60_000,
        onKill: (killed, runs) => {
          Object.assign(count, { kills: killed, runs });
          if (total('kills') % killsPerLine === 0) {
            console.log(`${total('kills')} of ${kills} kills, ${total('runs')} runs`);
          }
        },
      }),
    ),
  );
  const done = reports.reduce((sum, report) => sum + report.kills, 0);
  const cut = done < kills ? ` (of ${kills}: ${minutes} minutes were over)` : '';
  return {
    what: `${done} kills at random${cut}, ${total('runs')} runs`,
    problems: reports.flatMap(({ problems }) => problems),
  };
}

async function soakRequests({ requests }: SoakPlan, seed: number): Promise<SoakPart> {
  const { statuses, memory, problems } = await fuzz({
    seed,
    requests,
    onProgress: (done) => {
      if (done % requestsPerLine === 0) console.log(`${done} of ${requests} requests`);
    },
  });
  const growth = memory.last - memory.warm;
  const grown = `The memory grew by ${Math.round(growth / mebibyte)} MiB.`;
  return {
    what: `${requests} requests, answered ${JSON.stringify(statuses)}, memory ${Math.round(memory.last / mebibyte)} MiB (${Math.round(memory.warm / mebibyte)} MiB after a fifth)`,
    problems: [...problems, ...(growth > mostGrowth ? [grown] : [])],
  };
}
