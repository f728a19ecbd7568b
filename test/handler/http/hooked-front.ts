import type { HookIdentity, UnknownHook } from '../../../src/handler/access/hook-identity.ts';
import { publicApp, type RefusedCall } from '../../../src/handler/http/public-app.ts';
import type { HookPorts } from '../../../src/handler/http/hook-routes.ts';
import type { HookGrant } from '../../../src/handler/config/hooks-config.ts';
import type {
  HookAnswer,
  HookCall,
  HookFollowUp,
  HookIntake,
  MaySeeApplication,
} from '../../../src/handler/hook-intake.ts';
import { front, read, settings } from './front.ts';

/** What the hooks of these tests may do. */
export const grant: HookGrant = {
  caller: 'prod',
  namespaces: ['shop'],
  serviceAccounts: ['argocd-hooks'],
  argocd: 'prod',
  appProjects: ['default'],
  applications: ['shop-*'],
  queue: [{ organization: 'fabrikam', azureProjects: ['shop'], pipelines: ['smoke-*'] }],
};
/** The pod that calls. */
export const identity: HookIdentity = {
  caller: 'prod',
  account: { namespace: 'shop', name: 'argocd-hooks', pod: 'smoke-tests-x7k2p' },
};
/** What it sends. */
export const body = {
  application: 'shop-web',
  hook: { name: 'smoke-tests', namespace: 'shop' },
  queue: 'shop/smoke-tests',
};
/** What it gets. */
export const followUp: HookFollowUp = {
  id: '123456789012345',
  rule: 'hook/shop/smoke-tests/fabrikam/shop/smoke-tests',
  target: 'fabrikam/shop/smoke-tests',
  state: 'waiting',
  message: '',
  run: undefined,
};

/** Returns what it is told, and records its calls. */
export class MemoryHooks implements HookIntake {
  readonly calls: HookCall[] = [];
  readonly waits: number[] = [];
  answer: HookAnswer = { kind: 'accepted', phase: 'PostSync', followUps: [followUp] };

  accept(call: HookCall): Promise<HookAnswer> {
    this.calls.push(call);
    // As the real one asks, once it has read the application.
    return Promise.resolve(call.isAllowed('default') ? this.answer : { kind: 'unseen' });
  }

  progress(id: string, maySee: MaySeeApplication, wait: number): Promise<HookFollowUp | undefined> {
    this.waits.push(wait);
    const application = { name: 'shop-web', namespace: 'argocd' };
    const isSeen = maySee({ argocd: 'prod', application, appProject: 'default' });
    return Promise.resolve(isSeen && id === followUp.id ? followUp : undefined);
  }
}

/** The public routes with those of hooks; `known` verifies the caller. */
export function hooked(
  known: HookIdentity | UnknownHook | HookPorts['callers']['identify'] = identity,
  grants: readonly HookGrant[] = [grant],
  changes: Parameters<typeof front>[0] = {},
) {
  const { access, intake, gates, clock } = front(changes);
  const hooks = new MemoryHooks();
  const refusals: RefusedCall[] = [];
  const answers: string[] = [];
  const errors: unknown[] = [];
  const app = publicApp({
    ...{ access, intake, gates, version: '1.2.3' },
    hooks: {
      callers: {
        identify: typeof known === 'function' ? known : () => Promise.resolve(known),
      },
      intake: hooks,
      rights: () => ({
        hooks: { audience: 'argocd-handler', callers: [], grants },
        argocd: settings.argocd,
      }),
      organization: () => 'fabrikam',
      clock,
    },
    onRefusal: (call) => refusals.push(call),
    onAnswer: (route) => answers.push(route),
    onError: (error) => errors.push(error),
  });
  const post = async (given: unknown, headers: Readonly<Record<string, string>> = {}) =>
    read(
      await app.request('/v1/hooks', {
        method: 'POST',
        headers,
        body: typeof given === 'string' ? given : JSON.stringify(given),
      }),
    );
  const get = async (path: string) => read(await app.request(path));
  return { app, intake, hooks, post, get, refusals, answers, errors, clock };
}
