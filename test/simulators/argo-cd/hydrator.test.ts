import assert from 'node:assert/strict';
import { hydratedRecordings } from '../../../simulators/argo-cd/recording.ts';
import type { RecordedLine, State } from '../../../simulators/argo-cd/replay-state.ts';
import {
  lasting,
  numbered,
  recordedLines,
  stateOf,
} from '../../../simulators/argo-cd/replay-state.ts';
import { Replay } from '../../../simulators/argo-cd/replay.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

/**
 * Which input led to which hydration; that a hydration was started twice before it was done is
 * chance.
 */
const renderingOf = ({ hydration }: State): string => /\S+=\S+/.exec(hydration)?.[0] ?? '-';

/** Everything that the hydrator reported between hydrations, in order. */
function saidBetween(states: readonly State[]): readonly string[] {
  const settled = states.filter(({ hydration }) => /^(Hydrated|Failed)/.test(hydration));
  return lasting(numbered(settled), 0, ({ hydration }) => hydration);
}

/**
 * What triggers the hydrator: commits, creation, refreshes, syncs. The operations themselves are
 * not compared: the machine was busy when these were recorded, so the number of recorded states is
 * chance.
 */
function concernsHydrator(line: RecordedLine): boolean {
  if (line.kind !== 'exchange') return true;
  const { method, path, body } = line.request;
  if (method !== 'POST') return path.includes('refresh=');
  return !path.endsWith('/sync') || !JSON.stringify(body).includes('"revision"');
}

/** For a commit elsewhere, the recorder wrote no files. */
function withFiles(line: RecordedLine): RecordedLine {
  return line.kind === 'git' && !line.files ? { ...line, files: { 'x.txt': line.revision } } : line;
}

async function replay(name: string): Promise<{
  readonly recorded: readonly string[];
  readonly replayed: readonly string[];
}> {
  const lines = recordedLines(name).filter(concernsHydrator).map(withFiles);
  const argocd = await ArgoCDSimulator.start({ timeScale: Infinity });
  try {
    const { states, answers } = await new Replay(name, lines, argocd, renderingOf).run([]);
    for (const { exchange, status } of answers) {
      const { path } = exchange.request;
      if (path.includes('refresh=')) assert.equal(status, exchange.response.status, path);
    }
    const recorded = lines.flatMap((line) =>
      line.kind === 'event' ? [stateOf(line.t, line.event.result.application)] : [],
    );
    return { recorded: saidBetween(recorded), replayed: saidBetween(states) };
  } finally {
    await argocd.stop();
  }
}

/**
 * Not replayed: the requests of Argo CD's own client were not recorded; its files are for
 * Kustomize, which the simulator does not support; it was watched before there was an application;
 * which of four quick pushes is rendered depends on the machine.
 */
const unplayed = new Set([
  'hydrated-cli',
  'hydrated-fails',
  'hydrated-never-yet',
  'hydrated-two-pushes',
]);

describe('The simulated hydrator', () => {
  for (const name of hydratedRecordings.filter((one) => !unplayed.has(one))) {
    it(`hydrates like Argo CD did in ${name}`, async () => {
      const { recorded, replayed } = await replay(name);
      assert.deepEqual(replayed, recorded);
    });
  }
});
