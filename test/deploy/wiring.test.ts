import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import {
  containerOf,
  handlerFileOf,
  handlerTextOf,
  kindOf,
  podOf,
  selects,
  type Labels,
  type PolicySpec,
  type ServiceSpec,
} from './handler-objects.ts';
import { buildOf, find, folders, kustomizationOf, manifestsIn, root } from './kustomization.ts';

interface IngressSpec {
  readonly tls: readonly { readonly hosts: readonly string[] }[];
  readonly rules: readonly {
    readonly host: string;
    readonly http: {
      readonly paths: readonly {
        readonly path: string;
        readonly backend: {
          readonly service: { readonly name: string; readonly port: { readonly name: string } };
        };
      }[];
    };
  }[];
}

interface MonitorSpec {
  readonly selector: { readonly matchLabels: Labels };
  readonly endpoints: readonly {
    readonly port: string;
    readonly path: string;
    readonly authorization: {
      readonly credentials: { readonly name: string; readonly key: string };
    };
  }[];
}

const own = 'deploy/handler/overlays/own-namespace';
/** Where Kubernetes clients look for it, and the default of `tokenFile`. */
const clusterToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const azureToken = '/var/run/secrets/azure/tokens/azure-identity-token';
const wholes = folders.filter((folder) => kustomizationOf(folder).kind === 'Kustomization');
const exampleSecrets = manifestsIn('deploy/handler/base/secret.example.yaml');

/**
 * Whether this Secret with this key is created: by people who follow the example, or by Argo CD
 * itself.
 */
function hasKey(name: string, key: string): boolean {
  if (name === 'argocd-secret') return key === 'tls.crt';
  const { stringData } = find(exampleSecrets, 'Secret', name) as unknown as {
    readonly stringData: Labels;
  };
  return key in stringData;
}

for (const folder of wholes) {
  const built = buildOf(folder);
  const pod = podOf(built);
  const container = containerOf(built);
  const portNames = container.ports.map(({ name }) => name);

  describe(`The objects of ${folder} fit together`, () => {
    it('the Deployment, the disruption budget and the policies select the pod', () => {
      const { spec } = find(built, 'Deployment', 'argocd-handler') as unknown as {
        readonly spec: { readonly selector: { readonly matchLabels: Labels } };
      };
      assert.ok(selects(spec.selector.matchLabels, pod.labels));
      const budget = find(built, 'PodDisruptionBudget', 'argocd-handler') as unknown as {
        readonly spec: { readonly selector: { readonly matchLabels: Labels } };
      };
      assert.ok(selects(budget.spec.selector.matchLabels, pod.labels));
      for (const policy of kindOf(built, 'NetworkPolicy')) {
        const { podSelector } = policy['spec'] as PolicySpec;
        assert.ok(selects(podSelector.matchLabels, pod.labels), policy.metadata.name);
      }
    });

    it('both Services select the pod and name its ports', () => {
      const services = kindOf(built, 'Service');
      assert.deepEqual(services.map(({ metadata }) => metadata.name).sort(), [
        'argocd-handler',
        'argocd-handler-admin',
      ]);
      for (const service of services) {
        const { selector, ports } = service['spec'] as ServiceSpec;
        assert.ok(selects(selector, pod.labels));
        for (const { name, port, targetPort } of ports) {
          assert.equal(targetPort, name);
          assert.equal(
            container.ports.find((each) => each.name === targetPort)?.containerPort,
            port,
          );
        }
      }
    });

    it('the policies admit callers to ports that the pod has', () => {
      for (const policy of kindOf(built, 'NetworkPolicy')) {
        for (const { ports } of (policy['spec'] as PolicySpec).ingress ?? []) {
          for (const { port } of ports) assert.ok(portNames.includes(String(port)), String(port));
        }
      }
    });

    it('handler.yaml listens on the ports of the pod, on all addresses', () => {
      const { listen } = handlerFileOf(built);
      for (const { name, containerPort } of container.ports) {
        assert.equal(listen[name as 'public' | 'admin'], `0.0.0.0:${containerPort}`);
      }
    });

    it('the probes use the admin port', () => {
      for (const [probe, path] of [
        ['startupProbe', '/livez'],
        ['livenessProbe', '/livez'],
        ['readinessProbe', '/readyz'],
      ] as const) {
        assert.deepEqual(container[probe].httpGet, { path, port: 'admin' });
      }
    });

    it('the pod mounts each volume once, and as a whole', () => {
      assert.deepEqual(
        container.volumeMounts.map(({ name }) => name).sort(),
        pod.spec.volumes.map(({ name }) => name).sort(),
      );
      assert.ok(container.volumeMounts.every(({ subPath }) => subPath === undefined));
    });

    it('the volumes and the service account exist', () => {
      find(built, 'ServiceAccount', pod.spec.serviceAccountName);
      for (const { configMap, persistentVolumeClaim, projected } of pod.spec.volumes) {
        if (configMap !== undefined) find(built, 'ConfigMap', configMap.name);
        if (persistentVolumeClaim !== undefined) {
          find(built, 'PersistentVolumeClaim', persistentVolumeClaim.claimName);
        }
        for (const { secret } of projected?.sources ?? []) {
          for (const { key } of secret?.items ?? [])
            assert.ok(hasKey(secret?.name ?? '', key), `${secret?.name} ${key}`);
        }
      }
    });

    it('the command reads the mounted handler.yaml', () => {
      const [command, flag, path, ...more] = container.args;
      assert.deepEqual([command, flag, more], ['serve', '--config', []]);
      const mount = container.volumeMounts.find(({ name }) => name === 'config');
      assert.equal(path, `${mount?.mountPath ?? ''}/handler.yaml`);
    });

    it('handler.yaml names only mounted secret files, and all of them', () => {
      const mount = container.volumeMounts.find(({ name }) => name === 'secrets')?.mountPath ?? '';
      const mounted = pod.spec.volumes.flatMap(({ projected }) =>
        (projected?.sources ?? []).flatMap(({ secret }) =>
          (secret?.items ?? []).map(({ path }) => `${mount}/${path}`),
        ),
      );
      const named = [...handlerTextOf(built).matchAll(/\$\{(\w+):([^}]+)\}/g)];
      assert.ok(named.every(([, kind]) => kind === 'file'));
      assert.deepEqual(named.map(([, , path]) => path).sort(), mounted.sort());
    });

    it('handler.yaml finds the tokens that it uses', () => {
      const tokens = pod.spec.volumes.flatMap(({ name, projected }) =>
        (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }) => {
          const mount = container.volumeMounts.find((each) => each.name === name)?.mountPath ?? '';
          return token === undefined ? [] : [[`${mount}/${token.path}`, token.audience] as const];
        }),
      );
      const wanted = [];
      const text = handlerTextOf(built);
      if (text.includes('tokenReview:')) wanted.push([clusterToken, undefined]);
      if (text.includes('workloadIdentity:'))
        wanted.push([azureToken, 'api://AzureADTokenExchange']);
      assert.deepEqual(tokens, wanted);
    });

    it('the store is on the volume', () => {
      const mount = container.volumeMounts.find(({ name }) => name === 'data')?.mountPath ?? '';
      assert.ok(handlerFileOf(built).store.sqlite.startsWith(`${mount}/`));
    });

    it('the image has the version of the project', () => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
        readonly version: string;
      };
      const [image, ...more] = kustomizationOf('deploy/handler/base').images ?? [];
      assert.deepEqual(more, []);
      assert.equal(image?.name, container.image);
      assert.equal(image.newTag, version);
    });
  });
}

for (const folder of wholes.filter((each) => kindOf(buildOf(each), 'Ingress').length > 0)) {
  describe(`The ingress of ${folder}`, () => {
    const built = buildOf(folder);
    const { tls, rules } = find(built, 'Ingress', 'argocd-handler')['spec'] as IngressSpec;

    it('serves the public URL with TLS', () => {
      const { protocol, host } = new URL(handlerFileOf(built).publicUrl);
      assert.equal(protocol, 'https:');
      assert.deepEqual(
        rules.map((rule) => rule.host),
        [host],
      );
      assert.deepEqual(
        tls.flatMap(({ hosts }) => hosts),
        [host],
      );
    });

    it('routes /v1 to the public Service, and nothing else anywhere', () => {
      const paths = rules.flatMap(({ http }) => http.paths);
      assert.equal(paths.length, 1);
      for (const { path, backend } of paths) {
        assert.equal(path, '/v1');
        assert.deepEqual(backend.service, { name: 'argocd-handler', port: { name: 'public' } });
        const { ports } = find(built, 'Service', backend.service.name)['spec'] as ServiceSpec;
        assert.ok(ports.some(({ name }) => name === backend.service.port.name));
      }
    });
  });
}

describe('The overlay next to Argo CD', () => {
  const built = buildOf('deploy/handler/overlays/argocd-namespace');
  const [, namespace = ''] =
    /url: https:\/\/argocd-server\.([\w-]+)\.svc\n/.exec(handlerTextOf(built)) ?? [];

  it('is in the namespace of the argocd-server that it calls', () => {
    assert.notEqual(namespace, '');
    assert.ok(built.every(({ metadata }) => metadata.namespace === namespace));
  });

  it('may reach that server', () => {
    const policy = find(built, 'NetworkPolicy', 'argocd-handler-to-argocd')['spec'] as PolicySpec;
    const [peer] = policy.egress?.flatMap(({ to = [] }) => to) ?? [];
    assert.deepEqual(peer?.namespaceSelector?.matchLabels, {
      'kubernetes.io/metadata.name': namespace,
    });
    assert.deepEqual(peer.podSelector?.matchLabels, { 'app.kubernetes.io/name': 'argocd-server' });
  });
});

describe('The ServiceMonitor', () => {
  const built = buildOf(own);
  const { selector, endpoints } = find(built, 'ServiceMonitor', 'argocd-handler')[
    'spec'
  ] as MonitorSpec;

  it('finds the admin Service, and not the public one', () => {
    const found = kindOf(built, 'Service').filter(({ metadata }) =>
      selects(selector.matchLabels, metadata.labels ?? {}),
    );
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      ['argocd-handler-admin'],
    );
    const { ports } = found[0]?.['spec'] as ServiceSpec;
    assert.deepEqual(
      endpoints.map(({ port }) => port),
      ports.map(({ name }) => name),
    );
  });

  it('sends the admin token, and has no other key of the handler', () => {
    const [endpoint] = endpoints;
    const credentials = endpoint?.authorization.credentials;
    assert.deepEqual(credentials, { name: 'argocd-handler-admin', key: 'token' });
    const source = podOf(built).spec.volumes.flatMap(({ projected }) => projected?.sources ?? []);
    const admin = source.find(({ secret }) => secret?.name === credentials.name);
    assert.deepEqual(admin?.secret?.items, [{ key: 'token', path: 'admin-token' }]);
  });
});
