import { existsSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../../../src/async/clock.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import type { RunHead } from '../../../src/handler/run.ts';
import type { ApiRequest } from '../../../simulators/azure-devops/api-request.ts';
import type { Plan } from '../../../simulators/azure-devops/plan.ts';
import { until, type Installation } from './installation.ts';
import { linesOf } from './plan-lines.ts';

/** The form of a stored token, as `TokenCipher.seal` creates it. */
const sealed = /v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{20}/;

/** Resolves when the handler's files contain no token: then all its runs have ended. */
export async function settled(installation: Installation): Promise<void> {
  const isClean = () =>
    existsSync(installation.database) &&
    ![...installation.files().values()].some((bytes) => sealed.test(bytes));
  // Twice in a row: between reading two files, a page may move from one to the other.
  await until(async () => isClean() && (await new Promise(setImmediate), isClean()));
}

/** The places outside of the handler that contain a confidential text. */
export function leaksOf(
  installation: Installation,
  secrets: readonly string[],
  pages: readonly string[] = [],
): readonly string[] {
  const { azure, argocd, handler } = installation;
  const places: readonly (readonly [string, Iterable<string>])[] = [
    ['its output', [handler.printed]],
    ['its files', installation.files().values()],
    ['its pages', pages],
    [
      'requests to Azure DevOps',
      azure.requests.map(({ path, headers, body }) =>
        [path, printHeaders(headers), body.toString('latin1')].join('\n'),
      ),
    ],
    [
      'requests to Argo CD',
      argocd.requests.map(({ path, query, headers, body }) =>
        [path, query, printHeaders(headers), body].join('\n'),
      ),
    ],
  ];
  const forms = secrets.flatMap((secret) => [
    secret,
    ...[secret, `:${secret}`].map((text) => Buffer.from(text).toString('base64')),
  ]);
  return places.flatMap(([place, texts]) =>
    [...texts].some((text) => forms.some((form) => text.includes(form)))
      ? [`A token is in ${place}.`]
      : [],
  );
}

/** Except for the one that a token belongs in. */
function printHeaders(headers: IncomingHttpHeaders): string {
  return JSON.stringify({ ...headers, authorization: undefined });
}

/** The token of a request to Azure DevOps, in either form. */
export function tokenOf({ headers: { authorization = '' } }: ApiRequest): string {
  const [, bearer] = /^Bearer (.*)$/.exec(authorization) ?? [];
  if (bearer !== undefined) return bearer;
  return Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .slice(1);
}

/**
 * The content of a log, independent of when and how often the handler was down: without times,
 * without what only a restart adds, and without what is seen only at the right moment.
 */
export function storyOf(plan: Plan): readonly string[] {
  const passing =
    /The handler was restarted|requesting the sync again|^##\[(group|endgroup)|(Pending|Running)\s*$/;
  return linesOf(plan)
    .filter((line) => !passing.test(line))
    .map((line) =>
      line
        .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://argocd')
        .replace(/(<1|\d+) (s|min)\b/g, 'a while')
        // The plan may be read later than the steps in it.
        .replace(/^(PreSync|Sync|PostSync) (wave -?\d+|\s+)/, '$1 ')
        .replace(/ +/g, ' ')
        .replace(/\b[0-9a-f]{40}\b/g, 'a commit'),
    );
}

/** Lines that a log has more than once, except for those that may repeat. */
export function doubledLines(plan: Plan): readonly string[] {
  const lines = linesOf(plan).filter(
    (line) => !/^##\[(group|endgroup)|The handler was restarted/.test(line),
  );
  return lines.filter((line, index) => lines.indexOf(line) !== index);
}

/** Names of the records that were not completed. */
export function openRecords(plan: Plan): readonly string[] {
  return plan.records.filter(({ state }) => state !== 'completed').map(({ name }) => name);
}

/** One sentence if something is wrong. */
export function differs(what: string, actual: unknown, expected: unknown): readonly string[] {
  if (isDeepStrictEqual(actual, expected)) return [];
  return [`Wrong: ${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
}

/** What the store holds of the ended runs, and whether it keeps more than it may. */
export async function inspectStore(
  installation: Installation,
): Promise<{ readonly runs: readonly RunHead[]; readonly problems: readonly string[] }> {
  const store = SqliteStore.open(installation.database, systemClock);
  try {
    const runs = await store.runs({ limit: 1_000_000 });
    const problems: string[] = [];
    for (const { id, state, outcome } of runs) {
      const about = `The run ${id} (${state}, ${outcome ?? 'no outcome'})`;
      if (state !== 'ended') problems.push(`${about} has not ended.`);
      if ((await store.token(id)) !== undefined) problems.push(`${about} has a token.`);
      if ((await store.items(id, 1)).length > 0) problems.push(`${about} has items.`);
      if ((await store.checkpoints(id)).length > 0) problems.push(`${about} has checkpoints.`);
    }
    return { runs, problems };
  } finally {
    await store.close();
  }
}
