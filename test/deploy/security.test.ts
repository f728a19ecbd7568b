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
/** The callers that the policies of each folder admit, with the port. */
const admitted: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'deploy/handler/base': [],
  'deploy/handler/overlays/argocd-namespace': [['ingress-nginx', 'public']],
  'deploy/handler/overlays/hooks': [['argocd-hooks', 'public']],
  'deploy/handler/overlays/own-namespace': [
    ['ingress-nginx', 'public'],
    ['prometheus', 'admin'],
  ],
};

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
    it('is not root and cannot become root', () => {
      assert.equal(spec.securityContext.runAsNonRoot, true);
      assert.ok(spec.securityContext.runAsUser > 0);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities, { drop: ['ALL'] });
      assert.equal(container.securityContext.privileged, undefined);
      assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
    });

    it('writes only to its volume and /tmp', () => {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      const writable = container.volumeMounts.filter(({ readOnly }) => readOnly !== true);
      assert.deepEqual(
        writable.map(({ mountPath }) => mountPath),
        ['/var/lib/argocd-handler', '/tmp'],
      );
    });

    it('has no access to the node', () => {
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

    it('lets only its own group read the secrets', () => {
      const secrets = spec.volumes.find(({ name }) => name === 'secrets');
      assert.equal(secrets?.projected?.defaultMode, 0o440);
    });

    it('can use the Kubernetes API only to have hook tokens reviewed', () => {
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

    it('has limits, and requests no more than these', () => {
      const { requests, limits } = container.resources;
      for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
        const [asked, allowed] = [requests[resource] ?? '', limits[resource] ?? ''];
        assert.ok(amountOf(asked) > 0 && amountOf(asked) <= amountOf(allowed), resource);
      }
      const disk = spec.volumes.find(({ name }) => name === 'tmp')?.emptyDir?.sizeLimit ?? '';
      assert.ok(amountOf(disk) <= amountOf(limits['ephemeral-storage'] ?? ''));
    });

    it('has one replica, and the old pod ends before the new one starts', () => {
      const deployment = find(built, 'Deployment', 'argocd-handler')['spec'];
      const { replicas, strategy } = deployment as Readonly<Record<string, unknown>>;
      assert.deepEqual({ replicas, strategy }, { replicas: 1, strategy: { type: 'Recreate' } });
    });
  });

  describe(`The network of ${folder}`, () => {
    it('is closed in both directions unless a policy opens it', () => {
      const base = find(built, 'NetworkPolicy', 'argocd-handler')['spec'] as PolicySpec;
      assert.deepEqual(base.policyTypes, ['Ingress', 'Egress']);
      assert.deepEqual(base.ingress, []);
    });

    it('admits only the known callers, each to its port', () => {
      const name = 'app.kubernetes.io/name';
      const entrances = policies.flatMap(({ ingress = [] }) => ingress);
      assert.deepEqual(
        entrances.map(({ from = [], ports }) => [
          ...from.map((peer) => peer.podSelector?.matchLabels?.[name]),
          ...ports.map(({ port }) => port),
        ]),
        admitted[folder],
      );
      assert.ok(entrances.every(({ from = [] }) => from[0]?.namespaceSelector !== undefined));
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

    it('reaches pods only by namespace and pod', () => {
      const pods = ways.flatMap(({ to = [] }) => to).filter(({ ipBlock }) => ipBlock === undefined);
      assert.ok(pods.length > 0);
      for (const peer of pods) {
        assert.ok(peer.namespaceSelector !== undefined && peer.podSelector !== undefined);
      }
    });

    it('has no entrance of its own from the outside', () => {
      const services = kindOf(built, 'Service');
      assert.equal(services.length, 2);
      for (const service of services) {
        assert.equal((service['spec'] as ServiceSpec).type, 'ClusterIP');
      }
    });
  });

  describe(`The secrets of ${folder}`, () => {
    it('are not in what is applied', () => {
      assert.deepEqual(kindOf(built, 'Secret'), []);
    });

    it('are references in handler.yaml', () => {
      const lines = handlerTextOf(built)
        .split('\n')
        .filter((line) => !/^\s*#|tokens:/.test(line) && /(token|key)s?:/i.test(line));
      assert.ok(lines.length > 1);
      for (const line of lines) {
        assert.match(line, /'\$\{file:\/run\/secrets\/handler\/[\w-]+\}'/);
      }
    });

    it('admit nobody with a published token', () => {
      const digests = [...handlerTextOf(built).matchAll(/sha256:(\w+)/g)].map(([, hex]) => hex);
      assert.deepEqual(digests, ['0'.repeat(64)]);
    });
  });
}

describe('The namespace', () => {
  it('enforces the restricted Pod Security Standard', () => {
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
    const images = folders.flatMap((folder) => kustomizationOf(folder).images ?? []);
    assert.ok(images.length > 0);
    for (const { newTag } of images) {
      assert.match(newTag, /^\d+\.\d+\.\d+$/);
    }
  });
});
