import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { KubernetesObject } from '../../../simulators/argo-cd/kubernetes-object.ts';
import { defaultSpec, ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

interface Place {
  readonly phase: string;
  readonly hookType?: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface OrderingFixture {
  readonly destinationNamespace: string;
  readonly createNamespace: boolean;
  readonly namespaceExisted?: boolean;
  readonly objects: readonly KubernetesObject[];
  readonly manifests: readonly KubernetesObject[];
  readonly order: readonly Place[];
}

const folder = new URL('../../fixtures/argo-cd/ordering/', import.meta.url);
const files = readdirSync(folder).sort();

function text({ phase, hookType = '-', group, kind, namespace, name }: Place): string {
  // The names of unnamed hooks end in the revision and the time of their operation.
  const stable = name.replace(/-[0-9a-f]{7}-([a-z]+)-\d+$/, '-<revision>-$1-<time>');
  return [phase, hookType, group, kind, namespace, stable].join(' ');
}

/**
 * The order with adjacent objects of one kind sorted: they are applied in parallel, so their order
 * is chance.
 */
function parallelGroups(order: readonly Place[]): readonly (readonly string[])[] {
  const groups: Place[][] = [];
  for (const place of order) {
    const last = groups.at(-1);
    if (last?.[0]?.kind === place.kind) last.push(place);
    else groups.push([place]);
  }
  return groups.map((group) => group.map(text).sort());
}

async function answer(response: Response): Promise<unknown> {
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

describe('The order in which the simulator applies manifests', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start({ timeScale: Infinity });
  });
  afterEach(() => argocd.stop());

  it('is compared with every recorded set', () => {
    assert.equal(files.length, 40);
  });

  for (const file of files) {
    it(`equals Argo CD's for the manifests of ${file}`, async () => {
      const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as OrderingFixture;
      const namespace = fixture.destinationNamespace;
      const name = `order-${Number(file.replace('.json', ''))}`;
      if (fixture.namespaceExisted !== false) argocd.addNamespace(namespace);
      argocd.commit(name, {
        'all.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: fixture.objects }),
      });
      const syncOptions = fixture.createNamespace ? ['CreateNamespace=true'] : [];
      argocd.createApplication(name, {
        spec: {
          ...defaultSpec(name),
          destination: { server: 'https://kubernetes.default.svc', namespace },
          syncPolicy: { syncOptions },
        },
      });
      const url = `${argocd.url}/api/v1/applications/${name}`;
      const headers = { Authorization: `Bearer ${argocd.token}` };
      const { manifests } = (await answer(await fetch(`${url}/manifests`, { headers }))) as {
        manifests: string[];
      };
      assert.deepEqual(
        manifests.map((manifest) => JSON.parse(manifest) as unknown),
        fixture.manifests,
      );
      await answer(
        await fetch(`${url}/sync`, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify({ project: 'default', dryRun: true }),
        }),
      );
      argocd.advance(5000);
      const state = argocd.application(name)?.status.operationState;
      assert.equal(state?.message, 'successfully synced (no more tasks)');
      const order = (state.syncResult?.resources ?? []).map(({ syncPhase, ...result }) => ({
        ...result,
        phase: syncPhase,
      }));
      assert.deepEqual(parallelGroups(order), parallelGroups(fixture.order));
    });
  }
});
