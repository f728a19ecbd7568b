import fc from 'fast-check';
import { tokenHash } from '../../../src/handler/access/token-digest.ts';
import { clientToken, jobToken } from '../http/example-requests.ts';
import { fuzzedRequest, type FuzzedRequest } from '../http/fuzzed-request.ts';
import { RawConnection } from '../http/raw-connection.ts';
import { Installation } from './installation.ts';
import { inLanes } from './lanes.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  readonly onProgress?: (requests: number) => void;
}

export interface FuzzReport {
  /** How often each status was returned; 0 if the connection was just closed. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Bytes of the process's memory after the warm-up, and at the end. */
  readonly memory: { readonly warm: number; readonly last: number };
  readonly problems: readonly string[];
}

/** Concurrent requests. */
const lanes = 16;
const batch = 500;
const longestProblem = 1_000;
/** One in this many requests has its bytes scrambled. */
const mangledEvery = 4;

/** The position, how much is cut out there, and what is inserted. */
const edits = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.string({ unit: 'binary', maxLength: 9 }),
  ),
  { minLength: 1, maxLength: 4 },
);

/**
 * Sends requests of all kinds, from valid ones to scrambled bytes, to a handler in its own process.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const installation = await Installation.open({ keepsRequests: false }, false);
  try {
    const hash = `sha256:${tokenHash(clientToken).toString('hex')}`;
    const text = installation.configText.replace(/sha256:[0-9a-f]+/, hash);
    installation.configure(text);
    await installation.handler.start();
    return await send(installation, options);
  } finally {
    await installation.close();
  }
}

async function send(
  installation: Installation,
  { seed, requests, onProgress }: FuzzOptions,
): Promise<FuzzReport> {
  const { handler, azure, ports } = installation;
  const statuses: Record<string, number> = {};
  const problems: string[] = [];
  const ask = async ({ request, isMangled }: { request: string; isMangled: boolean }) => {
    const connection = await RawConnection.open(ports.public);
    connection.write(request);
    // The server would wait for the rest of a partial request; a complete one is not answered once
    // the connection ended.
    if (isMangled) connection.finish();
    const answer = await connection.end();
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? '0';
    statuses[status] = (statuses[status] ?? 0) + 1;
    const about = JSON.stringify(request).slice(0, longestProblem);
    if (status >= '500' && status !== '503') problems.push(`${status} to ${about}`);
    // A token in an unexpected place cannot be recognized.
    const given = /^(?:AuthToken: |Authorization: Bearer )(\S+)\r$/gm;
    const tokens = [...request.matchAll(given)].map(([, token = '']) => token);
    if (tokens.some((token) => [jobToken, clientToken].includes(token) && answer.includes(token))) {
      problems.push(`A token is in the answer to ${about}`);
    }
  };
  let warm = 0;
  for (let done = 0; done < requests; done += batch) {
    const size = Math.min(batch, requests - done);
    const wholes = fc.sample(fuzzedRequest, { seed: seed + done, numRuns: size });
    const changes = fc.sample(edits, { seed: seed + done, numRuns: size });
    const texts = wholes.map((whole, index) => {
      const raw = rawText(whole, azure.collectionUrl);
      const isMangled = index % mangledEvery === 0;
      return { request: isMangled ? mangled(raw, changes[index] ?? []) : raw, isMangled };
    });
    await inLanes(texts, lanes, ask);
    if (handler.hasEnded) throw new Error(`The handler ended: ${handler.printed.slice(-2_000)}`);
    // A fifth is enough to have seen everything once.
    if (warm === 0 && done >= requests / 5) warm = await memoryOf(installation);
    onProgress?.(done + size);
  }
  const last = await memoryOf(installation);
  const { status } = await installation.admin('/readyz');
  if (status !== 200) problems.push(`/readyz answers ${status}`);
  const faults = handler.log
    .filter(({ level }) => level >= 50)
    .map(({ msg }) => `It logged: ${msg}`);
  return { statuses, memory: { warm, last }, problems: [...problems, ...new Set(faults)] };
}

/** As sent over the network, with the tests' organization instead of the example's. */
function rawText({ method, path, headers, body }: FuzzedRequest, collection: string): string {
  const here = (text: string) =>
    text
      .replaceAll('https://dev.azure.com/fabrikam/', collection)
      .replaceAll('dev.azure.com', 'example.invalid');
  const lines = headers.map(([name, value]) => `${name}: ${here(value)}`);
  const target = encodeURI(path.startsWith('/') ? path : `/${path}`);
  const length = Buffer.byteLength(here(body));
  return [
    `${method} ${target} HTTP/1.1`,
    ...['Host: handler', 'Connection: close', `Content-Length: ${length}`, ...lines],
    '',
    here(body),
  ].join('\r\n');
}

function mangled(text: string, changes: readonly (readonly [number, number, string])[]): string {
  return changes.reduce((mixed, [place, length, filling]) => {
    const at = Math.floor(place * mixed.length);
    return mixed.slice(0, at) + filling + mixed.slice(at + length);
  }, text);
}

async function memoryOf(installation: Installation): Promise<number> {
  const { text } = await installation.admin('/metrics');
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
}
