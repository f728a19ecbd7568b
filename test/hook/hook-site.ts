import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hookBundle } from '../../scripts/bundle.ts';
import { findNode } from '../../simulators/agent/node-runtime.ts';
import { KubernetesSimulator } from '../../simulators/kubernetes/api-server.ts';
import type { TokenRequest } from '../../simulators/kubernetes/service-account-issuer.ts';
import { steadyClock } from '../../src/async/steady-clock.ts';
import { HookCallers } from '../../src/handler/access/hook-callers.ts';
import type { HooksConfig } from '../../src/handler/config/hooks-config.ts';
import type {
  HookAnswer,
  HookCall,
  HookFollowUp,
  HookIntake,
} from '../../src/handler/hook-intake.ts';
import { publicApp } from '../../src/handler/http/public-app.ts';
import { startServer, type RunningServer } from '../../src/handler/http/server.ts';
import { Secret } from '../../src/secret.ts';
import { front, settings } from '../handler/http/front.ts';
import { localhostTls } from '../simulators/kubernetes/tls.ts';

export const hookKey = 'a-key-of-hooks-of-forty-characters-xxxxx';
/** The token of the hook's pod. */
export const hookAccount: TokenRequest = {
  namespace: 'shop',
  serviceAccount: 'argocd-hooks',
  pod: 'smoke-tests-x7k2p',
  audiences: ['argocd-handler'],
};

const grant = {
  argocd: 'prod',
  appProjects: ['default'],
  applications: ['shop-*'],
  queue: [{ organization: 'fabrikam', azureProjects: ['shop'], pipelines: ['smoke-*'] }],
};

/** A follow-up in a state, and its run in another. */
export function followUp(
  state: HookFollowUp['state'],
  run?: Pick<NonNullable<HookFollowUp['run']>, 'state' | 'result'>,
): HookFollowUp {
  return {
    id: '123456789012345',
    rule: 'hook/shop/smoke-tests/fabrikam/shop/smoke-tests',
    target: 'fabrikam/shop/smoke-tests',
    state,
    message: state === 'refused' ? 'Pipeline smoke-tests is disabled.' : '',
    run: run && {
      name: 'argocd-123456789012345',
      page: 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7',
      ...run,
    },
  };
}

/** Returns the given responses; the last one repeats. */
export class ToldHooks implements HookIntake {
  readonly calls: HookCall[] = [];
  answers: HookAnswer[] = [
    { kind: 'accepted', phase: 'PostSync', followUps: [followUp('waiting')] },
  ];
  steps: HookFollowUp[] = [];

  accept(call: HookCall): Promise<HookAnswer> {
    this.calls.push(call);
    const [next, ...rest] = this.answers;
    if (rest.length > 0) this.answers = rest;
    return Promise.resolve(next ?? { kind: 'unseen' });
  }

  progress(): Promise<HookFollowUp | undefined> {
    const [next, ...rest] = this.steps;
    if (rest.length > 0) this.steps = rest;
    return Promise.resolve(next);
  }
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** The public routes of the handler with their real proofs, and a folder for a pod's files. */
export class HookSite {
  readonly intake = new ToldHooks();
  readonly folder = mkdtempSync(join(tmpdir(), 'hook-'));
  readonly cluster: KubernetesSimulator;
  readonly #server: RunningServer;

  private constructor(cluster: KubernetesSimulator, server: RunningServer) {
    this.cluster = cluster;
    this.#server = server;
  }

  static async start(): Promise<HookSite> {
    const cluster = await KubernetesSimulator.start(localhostTls);
    const { access, intake, gates } = front();
    const { issuer } = cluster.issuer;
    const hooks: HooksConfig = {
      audience: 'argocd-handler',
      callers: [
        { kind: 'oidc', name: 'prod', issuer, keys: JSON.stringify(cluster.issuer.keys) },
        { kind: 'hmac', name: 'legacy', secrets: [new Secret(hookKey)] },
      ],
      grants: [
        { ...grant, caller: 'prod', namespaces: ['shop'], serviceAccounts: ['argocd-hooks'] },
        { ...grant, caller: 'legacy', namespaces: [], serviceAccounts: [] },
      ],
    };
    const rights = { hooks, argocd: settings.argocd };
    const clock = steadyClock();
    // No signature has been used before.
    let ahead = -600_000;
    const past = { ...clock, now: () => clock.now() + ahead };
    const callers = new HookCallers(rights, { clock: past, onFault: () => undefined });
    ahead = 0;
    const told: { site?: HookSite } = {};
    const hookIntake: HookIntake = {
      accept: (call) => told.site?.intake.accept(call) ?? Promise.resolve({ kind: 'unseen' }),
      progress: () => told.site?.intake.progress() ?? Promise.resolve(undefined),
    };
    const app = publicApp({
      ...{ access, intake, gates, version: '1.2.3' },
      hooks: {
        callers,
        intake: hookIntake,
        rights: () => rights,
        organization: () => 'fabrikam',
        clock,
      },
      onRefusal: () => undefined,
      onAnswer: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    const listener = { host: '127.0.0.1', port: 0 };
    const server = await startServer(app, { name: 'listen.public', listener, clock });
    const site = new HookSite(cluster, server);
    told.site = site;
    site.write('token', cluster.issuer.issue(hookAccount));
    site.write('key', hookKey);
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Writes a file of the pod, and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, `${text}\n`);
    return path;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.cluster.close()]);
    rmSync(this.folder, { recursive: true });
  }
}

/** The environment that the manifests in deploy/hooks give a pod. */
export const podEnvironment = {
  ARGOCD_APP_NAME: 'shop-web',
  HOOK_JOB: 'smoke-tests',
  HOOK_NAMESPACE: 'shop',
};

/** Runs the built command. `during` gets the process, to send it signals. */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = podEnvironment,
  during: (kill: (signal: NodeJS.Signals) => void, out: NodeJS.ReadableStream) => void = () =>
    undefined,
  node: 20 | 24 = 24,
): Promise<Ended> {
  const program = findNode(node);
  if (program === undefined) throw new Error(`There is no Node ${node} here: npm ci brings one.`);
  const child = spawn(program, [hookBundle.outfile, ...words], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  during((signal) => child.kill(signal), child.stdout);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, errors };
}
