import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { faultsOf, releases } from './kubernetes-schema.ts';
import {
  buildOf,
  find,
  folders,
  kustomizationOf,
  manifestsIn,
  root,
  type Manifest,
} from './kustomization.ts';

const own = 'deploy/handler/overlays/own-namespace';
const example = 'deploy/handler/base/secret.example.yaml';

/** The manifest with another value at a path such as `spec.replicas`; `undefined` removes it. */
function changed(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let parent = copy as unknown as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

describe('The manifests', () => {
  it('are in these folders', () => {
    assert.deepEqual(folders, [
      'deploy/handler/argocd',
      'deploy/handler/base',
      'deploy/handler/from-hooks',
      'deploy/handler/ingress-nginx',
      'deploy/handler/overlays/argocd-namespace',
      'deploy/handler/overlays/hooks',
      'deploy/handler/overlays/own-namespace',
      'deploy/handler/token-review',
      'deploy/handler/workload-identity',
      'deploy/hooks/own-job',
      'deploy/hooks/post-delete',
      'deploy/hooks/post-sync',
      'deploy/hooks/pre-delete',
      'deploy/hooks/pre-sync',
      'deploy/hooks/service-account',
      'deploy/hooks/sync-fail',
      'deploy/monitoring',
    ]);
  });

  for (const release of releases) {
    for (const folder of folders) {
      it(`in ${folder} are accepted by ${release}`, () => {
        const built = buildOf(folder);
        // workload-identity only patches.
        assert.ok(built.length > 0 || folder === 'deploy/handler/workload-identity');
        for (const manifest of built) {
          assert.deepEqual(
            faultsOf(manifest, release),
            [],
            `${manifest.kind} ${manifest.metadata.name}`,
          );
        }
      });
    }

    it(`in ${example} are accepted by ${release}`, () => {
      for (const manifest of manifestsIn(example)) {
        assert.deepEqual(faultsOf(manifest, release), []);
      }
    });

    describe(`checked against ${release}`, () => {
      const spec = 'spec.template.spec';
      const cases: readonly [string, string, string, unknown, RegExp][] = [
        ['a misspelled field', 'Deployment', 'spec.replica', 1, /additional properties/],
        [
          'a misspelled nested field',
          'Deployment',
          `${spec}.containers.0.securityContext.readOnlyRootFileSystem`,
          true,
          /additional properties/,
        ],
        [
          'a misspelled field of metadata',
          'Service',
          'metadata.label',
          {},
          /additional properties/,
        ],
        ['a wrong type', 'Deployment', 'spec.replicas', '1', /must be integer/],
        ['a label that is not a string', 'Deployment', 'metadata.labels.tier', 1, /must be string/],
        ['null', 'Deployment', 'spec.replicas', null, /must be integer/],
        ['a number that is too large', 'Deployment', 'spec.replicas', 2 ** 31, /must match format/],
        ['a missing field', 'Deployment', 'spec.selector', undefined, /'selector'/],
        ['a missing nested field', 'Deployment', `${spec}.containers.0.name`, undefined, /'name'/],
        ['a removed API', 'PodDisruptionBudget', 'apiVersion', 'policy/v1beta1', /has no/],
        [
          'a misspelled field of a custom resource',
          'ServiceMonitor',
          'spec.endpoint',
          [],
          /additional/,
        ],
        [
          'an invalid value in a custom resource',
          'ServiceMonitor',
          'spec.endpoints.0.scheme',
          'ftp',
          /allowed/,
        ],
        [
          'a missing field of a custom resource',
          'ServiceMonitor',
          'spec.selector',
          undefined,
          /'selector'/,
        ],
      ];
      for (const [what, kind, path, value, fault] of cases) {
        it(`${what} is found`, () => {
          const manifest = find(buildOf(own), kind, 'argocd-handler');
          assert.deepEqual(faultsOf(manifest, release), []);
          assert.match(faultsOf(changed(manifest, path, value), release).join('\n'), fault);
        });
      }
    });
  }

  it('are all used, except for the example Secrets', () => {
    const named = folders.flatMap((folder) => {
      const { resources = [], patches = [], configMapGenerator = [] } = kustomizationOf(folder);
      return [
        'kustomization.yaml',
        ...resources,
        ...patches.map(({ path }) => path),
        ...configMapGenerator.flatMap(({ files }) =>
          files.map((entry) => entry.split('=').at(-1) ?? ''),
        ),
      ].map((file) => join(folder, file));
    });
    const there = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(folder, name)),
    );
    assert.deepEqual(
      there.filter((file) => !named.includes(file)),
      [example],
    );
  });

  it('declare what kind of kustomization they are', () => {
    for (const folder of folders) {
      const { apiVersion, kind } = kustomizationOf(folder);
      const isWhole = /base$|overlays/.test(folder);
      assert.equal(kind, isWhole ? 'Kustomization' : 'Component', folder);
      assert.equal(apiVersion, `kustomize.config.k8s.io/${isWhole ? 'v1beta1' : 'v1alpha1'}`);
    }
  });

  it('are applied only once each', () => {
    for (const folder of folders) {
      const names = buildOf(folder).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.deepEqual(
        names.filter((name, at) => names.indexOf(name) !== at),
        [],
        folder,
      );
    }
  });

  it('have names and labels that Kubernetes accepts', () => {
    for (const { metadata } of folders.flatMap((folder) => buildOf(folder))) {
      assert.match(metadata.name, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])$/);
      for (const value of Object.values(metadata.labels ?? {})) {
        assert.match(value, /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
      }
    }
  });

  it('contain only values that Kubernetes knows, if it describes a field as any string', () => {
    const words: Readonly<Record<string, readonly string[]>> = {
      accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'],
      fsGroupChangePolicy: ['OnRootMismatch'],
      imagePullPolicy: ['IfNotPresent'],
      pathType: ['Prefix'],
      policyTypes: ['Ingress', 'Egress'],
      protocol: ['TCP', 'UDP'],
      unhealthyPodEvictionPolicy: ['AlwaysAllow'],
      type: ['Recreate', 'RuntimeDefault', 'ClusterIP', 'Opaque', 'Bearer'],
      drop: ['ALL'],
    };
    const seen = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        for (const word of [inner].flat()) {
          if (words[key] === undefined || typeof word !== 'string') continue;
          assert.ok(words[key].includes(word), `${key}: ${word}`);
          seen.add(key);
        }
        visit(inner);
      }
    };
    visit([...buildOf(own), ...manifestsIn(example)]);
    assert.deepEqual([...seen].sort(), Object.keys(words).sort());
  });
});
