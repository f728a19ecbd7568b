import { RestArgoCD } from '../argocd/rest/rest-argocd.ts';
import { systemClock } from '../async/clock.ts';
import { followAll } from '../follow/follow-all.ts';
import { createAgent } from './agent.ts';
import { loadFollowUps } from './follow-ups-module.ts';
import { breakOff, runTask } from './run.ts';

// The agent signals twice: Ctrl+C, then Ctrl+Break or SIGTERM (azure-devops.md §3.6).
const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK']) {
  process.on(signal, () => cancellation.abort());
}

const write = (line: string) => process.stdout.write(`${line}\n`);
// The result is a logging command; any other exit code would look like a fault of the agent.
const leave = () => process.stdout.write('', () => process.exit(0));
const fail = (error: unknown) => breakOff({ write }, error);
process.on('uncaughtException', (error) => {
  fail(error);
  leave();
});

const connect = (...given: ConstructorParameters<typeof RestArgoCD>) => new RestArgoCD(...given);
const followUps = () => loadFollowUps(process.argv[1] ?? '');
const world = { followUps, clock: systemClock, random: Math.random, signal: cancellation.signal };
void createAgent(write)
  .then((agent) => runTask({ agent, connect, follow: followAll, ...world }))
  .catch(fail)
  .then(leave);
