import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { describe, it } from 'mocha';
import {
  containerOf,
  handlerTextOf,
  kindOf,
  podOf,
  type Peer,
  type PolicySpec,
  type ServiceSpec,
} from './handler-objects.ts';
import { buildOf, find, folders, kustomizationOf } from './kustomization.ts';

const own = 'deploy/handler/overlays/own-namespace';
const wholes = folders.filter((folder) => kustomizationOf(folder).kind === 'Kustomization');

/** Bytes or thousandths of a core of a quantity such as `256Mi` or `100m`. */
function amountOf(quantity: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(m|Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  assert.notEqual(digits, '', quantity);
  const factors: Readonly<Record<string, number>> = { m: 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
  return Number(digits) * (factors[unit] ?? 1000);
}

/** Whether an address is in the block and in none of the exceptions. */
function reaches({ ipBlock }: Peer, address: string): boolean {
  if (ipBlock === undefined) return false;
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const isIn = (cidr: string): boolean => {
    const [network = '', bits = ''] = cidr.split('/');
    if (network.includes(':') !== (family === 'ipv6')) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(bits), family);
    return list.check(address, family);
  };
  return isIn(ipBlock.cidr) && !(ipBlock.except ?? []).some(isIn);
}

for (const folder of wholes) {
  const built = buildOf(folder);
  const { spec } = podOf(built);
  const container = containerOf(built);
  const policies = kindOf(built, 'NetworkPolicy').map((policy) => policy['spec'] as PolicySpec);

  describe(`The pod of ${folder}`, () => {
    it('is not root and stays so', () => {
      assert.equal(spec.securityContext.runAsNonRoot, true);
      assert.ok(spec.securityContext.runAsUser > 0);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities, { drop: ['ALL'] });
      assert.equal(container.securityContext.privileged, undefined);
      assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
    });

    it('writes to its volume and /tmp only', () => {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
      assert.deepEqual(
        writable.map(({ mountPath }) => mountPath),
        ['/var/lib/argocd-handler', '/tmp'],
      );
    });

    it('has nothing of the node', () => {
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers']) {
        assert.equal(spec[field], undefined);
      }
      for (const volume of spec.volumes) {
        const { name, ...source } = volume;
        assert.match(
          Object.keys(source).join(),
          /^(configMap|projected|persistentVolumeClaim|emptyDir)$/,
          name,
        );
      }
    });

    it('lets nobody but its own group read the secrets', () => {
      const secrets = spec.volumes.find(({ name }) => name === 'secrets');
      assert.equal(secrets?.projected?.defaultMode, 0o440);
    });

    it('has no way into the Kubernetes API but to have tokens of hooks reviewed', () => {
      assert.equal(spec.automountServiceAccountToken, false);
      const account = find(built, 'ServiceAccount', spec.serviceAccountName);
      assert.equal(account['automountServiceAccountToken'], false);
      const bindings = built.filter(({ kind }) => /Role/.test(kind));
      const { name, namespace } = account.metadata;
      const reviews = {
        roleRef: {
          ...{ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
          name: 'system:auth-delegator',
        },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      };
      assert.deepEqual(
        bindings.map(({ roleRef, subjects }) => ({ roleRef, subjects })),
        handlerTextOf(built).includes('tokenReview:') ? [reviews] : [],
      );
    });

    it('has limits, and asks for at most these', () => {
      const { requests, limits } = container.resources;
      for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
        const [asked, allowed] = [requests[resource] ?? '', limits[resource] ?? ''];
        assert.ok(amountOf(asked) > 0 && amountOf(asked) <= amountOf(allowed), resource);
      }
      const disk = spec.volumes.find(({ name }) => name === 'tmp')?.emptyDir?.sizeLimit ?? '';
      assert.ok(amountOf(disk) <= amountOf(limits['ephemeral-storage'] ?? ''));
    });

    it('is one, and the old one is gone before the new one starts', () => {
      const deployment = find(built, 'Deployment', 'argocd-handler')['spec'];
      const { replicas, strategy } = deployment as Readonly<Record<string, unknown>>;
      assert.deepEqual({ replicas, strategy }, { replicas: 1, strategy: { type: 'Recreate' } });
    });
  });

  describe(`The network of ${folder}`, () => {
    it('is closed both ways unless a policy opens it', () => {
      const base = find(built, 'NetworkPolicy', 'argocd-handler')['spec'] as PolicySpec;
      assert.deepEqual(base.policyTypes, ['Ingress', 'Egress']);
      assert.deepEqual(base.ingress, []);
    });

    it('lets the ingress to the public port and Prometheus to the admin port', () => {
      for (const { from = [], ports } of policies.flatMap(({ ingress = [] }) => ingress)) {
        assert.equal(from.length, 1);
        const source = from[0]?.namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
        assert.deepEqual(
          ports.map(({ port }) => port),
          source === 'monitoring' ? ['admin'] : ['public'],
        );
        assert.notEqual(from[0]?.podSelector, undefined);
      }
    });

    const ways = policies.flatMap(({ egress = [] }) => egress);

    for (const [address, isReached] of [
      ['13.107.42.20', true],
      ['2620:1ec:50::12', true],
      ['169.254.169.254', false],
      ['168.63.129.16', false],
      ['10.0.0.1', false],
      ['100.64.0.1', false],
      ['127.0.0.1', false],
      ['172.16.0.1', false],
      ['192.168.1.1', false],
      ['fd00:ec2::254', false],
      ['fe80::1', false],
      ['::1', false],
    ] as const) {
      it(`${isReached ? 'reaches' : 'does not reach'} ${address}`, () => {
        const to = ways.filter((way) => way.to?.some((peer) => reaches(peer, address)) ?? false);
        assert.equal(to.length > 0, isReached);
        assert.ok(to.every(({ ports }) => ports.every(({ port }) => port === 443)));
      });
    }

    it('reaches pods only where namespace and pod are named', () => {
      for (const peer of ways.flatMap(({ to = [] }) => to)) {
        if (peer.ipBlock !== undefined) continue;
        assert.ok(peer.namespaceSelector !== undefined && peer.podSelector !== undefined);
      }
    });

    it('has no door of its own to the outside', () => {
      for (const service of kindOf(built, 'Service')) {
        assert.equal((service['spec'] as ServiceSpec).type, 'ClusterIP');
      }
    });
  });

  describe(`The secrets of ${folder}`, () => {
    it('are not in what is applied', () => {
      assert.deepEqual(kindOf(built, 'Secret'), []);
    });

    it('are references in handler.yaml', () => {
      for (const line of handlerTextOf(built).split('\n')) {
        if (/^\s*#|tokens:/.test(line) || !/(token|key)s?:/i.test(line)) continue;
        assert.match(line, /'\$\{file:\/run\/secrets\/handler\/[\w-]+\}'/);
      }
    });

    it('let nobody in by a token that is known', () => {
      const digests = [...handlerTextOf(built).matchAll(/sha256:(\w+)/g)].map(([, hex]) => hex);
      assert.deepEqual(digests, ['0'.repeat(64)]);
    });
  });
}

describe('The namespace', () => {
  it('makes the cluster hold the pod to the restricted standard', () => {
    const { metadata } = find(buildOf(own), 'Namespace', 'argocd-handler');
    assert.equal(metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.ok(
      buildOf(own).every(
        (each) => each.kind === 'Namespace' || each.metadata.namespace === metadata.name,
      ),
    );
  });
});

describe('The images', () => {
  it('have a version', () => {
    for (const { newTag } of folders.flatMap((folder) => kustomizationOf(folder).images ?? [])) {
      assert.match(newTag, /^\d+\.\d+\.\d+$/);
    }
  });
});
