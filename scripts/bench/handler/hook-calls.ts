import { ServiceAccountIssuer } from '../../../simulators/kubernetes/service-account-issuer.ts';
import { organizationName } from '../../../src/azure/http/organization-name.ts';
import type { Figure } from '../figure.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { percentile } from '../percentile.ts';
import { hooked } from './application.ts';
import type { HandlerProcess } from './handler-process.ts';
import type { Stage } from './stage.ts';
import { until } from './waiting.ts';

const pipeline = 'hook-tests';
const issuer = new ServiceAccountIssuer('https://cluster.example.com');

/** What hooks need of the handler's configuration; their pipeline is one more than those of rules. */
export const hookSettings = (collection: string) => ({
  pipeline,
  hooks: {
    callers: [
      {
        name: 'bench',
        oidc: { issuer: issuer.issuer, keys: JSON.stringify(issuer.keys) },
      },
    ],
    grants: [
      {
        ...{ caller: 'bench', namespaces: ['shop'], serviceAccounts: ['*'], argocd: 'prod' },
        ...{ appProjects: ['default'], applications: [`${hooked}*`] },
        queue: [
          {
            organization: organizationName(collection),
            azureProjects: ['shop'],
            pipelines: [pipeline],
          },
        ],
      },
    ],
  },
});

/** How soon the pipeline of a hook is queued, each hook of another application that the handler follows too. */
export async function measureHookCalls(
  { argocd, azure }: Stage,
  handler: HandlerProcess,
  count: number,
): Promise<readonly Figure[]> {
  const names = Array.from({ length: count }, (_, index) => `${hooked}${index}`);
  await argocd.ask('add', { names, isSynced: true });
  const calledAt = new Map<string, number>();
  const queued: (readonly [string, number])[] = [];
  for (const name of names) {
    await argocd.ask('operate', [name]);
    await until('the hook runs', async () =>
      (await argocd.ask('operations', undefined)).some(
        ([of, times]) => of === name && times.begunAt,
      ),
    );
    const account = { namespace: 'shop', serviceAccount: name, pod: 'smoke-x7k2p' };
    const token = issuer.issue({ ...account, audiences: ['argocd-handler'] });
    calledAt.set(name, monotonicTime());
    const answer = await call(handler.url, name, token);
    if (answer.status !== 202)
      throw new Error(`A hook is answered ${answer.status}: ${answer.text}`);
    await until('its pipeline is queued', async () => {
      queued.push(...(await azure.ask('takeQueued', undefined)));
      return queued.some(([of]) => of === name);
    });
    await argocd.ask('finish', [name]);
  }
  const delays = queued.flatMap(([name, at]) => {
    const called = calledAt.get(name);
    return called === undefined ? [] : [at - called];
  });
  const what = 'call of a hook → its pipeline is queued';
  return [
    { what: `${what}: p50`, value: percentile(delays, 50), unit: 'ms' },
    { what: `${what}: p95`, value: percentile(delays, 95), unit: 'ms', goal: 300 },
  ];
}

async function call(url: string, application: string, token: string) {
  const response = await fetch(`${url}/v1/hooks`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      application,
      hook: { name: 'smoke', namespace: 'shop' },
      queue: { pipeline: `shop/${pipeline}`, parameters: { application: '{{application}}' } },
    }),
  });
  return { status: response.status, text: await response.text() };
}
