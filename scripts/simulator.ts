import { readWords, type Help, type InvalidArguments } from '../src/inputs/command-words.ts';
import { configMap, service, type Manifest } from './demo/manifests.ts';
import {
  addApplication,
  failingSmokeTest,
  migrate,
  push,
  smokeTest,
  startArgoCD,
  workloads,
} from './demo/shop.ts';
import { doAsked } from './do-asked.ts';

const usage = `Runs a simulated Argo CD, so that npm run task can be tried without a real one.

  npm run simulator
  npm run simulator -- --port 8080   on this port; a free one by default

It prints the URL, a token, and a command to try in a second terminal. Ctrl+C stops it.

It exits with 0 when it was stopped, 1 when it could not start, and 2 for invalid arguments.`;

const exitCodes = { success: 0, failure: 1 } as const;

interface TryOut {
  readonly name: string;
  readonly shows: string;
  readonly manifests: readonly Manifest[];
}

const applications: readonly TryOut[] = [
  {
    name: 'shop',
    shows: 'succeeds: a PreSync hook, three waves, and a PostSync hook',
    manifests: [migrate, ...workloads, smokeTest],
  },
  {
    name: 'shop-failing',
    shows: 'is Synced and Healthy, but then its PostSync hook fails',
    manifests: [migrate, ...workloads, failingSmokeTest],
  },
  {
    name: 'shop-invalid',
    shows: 'has a Service that Kubernetes refuses',
    manifests: [configMap('settings', -1), service('web', 0, 99_999)],
  },
];

type Asked = { readonly kind: 'run'; readonly port: number } | Help | InvalidArguments;

process.exitCode = await doAsked(
  parseArguments(process.argv.slice(2)),
  { name: 'simulator', usage },
  ({ port }) => simulate(port),
);

function parseArguments(words: readonly string[]): Asked {
  const read = readWords(words, { port: { type: 'string' } });
  if (read.kind !== 'words') return read;
  const { port = '0' } = read.values;
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535
    ? { kind: 'run', port: Number(port) }
    : { kind: 'fault', messages: [`--port ${port}: choose a number from 1 to 65535.`] };
}

async function simulate(port: number): Promise<number> {
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  const argocd = await startArgoCD(port).catch((error: unknown) => {
    console.error(`Cannot listen on port ${port}: ${String(error)}. Choose another --port.`);
    return undefined;
  });
  if (argocd === undefined) return exitCodes.failure;
  for (const { name, manifests } of applications) {
    push(argocd, manifests, name);
    addApplication(argocd, name);
  }
  console.log(introduction(argocd));
  await ended;
  await argocd.stop();
  return exitCodes.success;
}

function introduction({ url, token }: { readonly url: string; readonly token: string }): string {
  const flags = `--server ${url} --token-env ARGOCD_TOKEN`;
  return [
    `A simulated Argo CD is running at ${url}.`,
    `Its token: ${token}`,
    '',
    'Applications:',
    ...applications.map(({ name, shows }) => `  ${name.padEnd(14)}${shows}`),
    '',
    'Sync one of them from a second terminal:',
    '',
    `  ARGOCD_TOKEN=${token} npm run task -- ArgoCDSync ${flags} -- applications=${applications[0]?.name} project=default`,
    '',
    'Ctrl+C stops it.',
  ].join('\n');
}
