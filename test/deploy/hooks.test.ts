import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { defaultAudience } from '../../src/handler/config/hooks-config.ts';
import { parseHook } from '../../src/hook/arguments.ts';
import { accountFolder } from '../../src/hook/own-job.ts';
import { exitCodes } from '../../src/hook/exit-codes.ts';
import { buildOf, manifestsIn, root, type Manifest } from './kustomization.ts';

interface Job extends Manifest {
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly podFailurePolicy: {
      readonly rules: readonly { readonly onExitCodes: { readonly values: readonly number[] } }[];
    };
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly restartPolicy: string;
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
        readonly containers: readonly {
          readonly command: readonly string[];
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
          readonly resources: { readonly requests: object; readonly limits: object };
          readonly securityContext: {
            readonly allowPrivilegeEscalation: boolean;
            readonly readOnlyRootFilesystem: boolean;
            readonly capabilities: { readonly drop: readonly string[] };
          };
          readonly volumeMounts: readonly { readonly mountPath: string }[];
        }[];
        readonly volumes: readonly {
          readonly projected: {
            readonly sources: readonly {
              readonly serviceAccountToken: { readonly audience: string; readonly path: string };
            }[];
          };
        }[];
      };
    };
  };
}

const folder = join(root, 'deploy/hooks');
const read = (path: string) => load(readFileSync(join(folder, path), 'utf8'));
const components = readdirSync(folder).filter((name) => name !== 'chart');
const jobs = components
  .filter((name) => !['service-account', 'own-job'].includes(name))
  .map((name) => [name, read(`${name}/job.yaml`) as Job] as const);

const phases: Readonly<Record<string, string>> = {
  'pre-sync': 'PreSync',
  'post-sync': 'PostSync',
  'sync-fail': 'SyncFail',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
};

describe('The Jobs in deploy/hooks', () => {
  it('exist for each phase, each as a component with only what it needs', () => {
    assert.deepEqual(jobs.map(([name]) => name).sort(), Object.keys(phases).sort());
    for (const name of components) {
      const { kind, resources } = read(`${name}/kustomization.yaml`) as {
        readonly kind: string;
        readonly resources: readonly string[];
      };
      assert.equal(kind, 'Component');
      for (const resource of resources)
        assert.ok(manifestsIn(`deploy/hooks/${name}/${resource}`).length > 0);
    }
  });

  it('can find their application by themselves, with the right and the token for that', () => {
    const built = buildOf(
      'deploy/hooks/own-job',
      jobs.map(([, job]) => job),
    );
    for (const job of built.filter(({ kind }) => kind === 'Job') as Job[]) {
      // The Role is gone after an application was deleted.
      if (job.metadata.name === 'argocd-post-delete') continue;
      const [container = assert.fail()] = job.spec.template.spec.containers;
      const env = Object.fromEntries(container.env.map((each) => [each.name, each.value ?? 'x']));
      const parsed = parseHook(container.args, { ...env, KUBERNETES_SERVICE_HOST: '10.0.0.1' });
      assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
      assert.equal(parsed.arguments.self.application, undefined);
      assert.ok(container.volumeMounts.some(({ mountPath }) => mountPath === accountFolder));
    }
    const { rules } = built.find(({ kind }) => kind === 'Role') as unknown as {
      readonly rules: readonly { readonly resourceNames: readonly string[] }[];
    };
    const readable = rules.flatMap(({ resourceNames }) => resourceNames);
    // PostDelete hooks have another service account.
    const own = jobs.map(([, { metadata }]) => metadata.name);
    assert.deepEqual(readable.toSorted(), own.filter((name) => !/post-delete/.test(name)).sort());
  });

  for (const [name, job] of jobs) {
    describe(name, () => {
      const { annotations = {} } = job.metadata;
      const { spec } = job;
      const pod = spec.template.spec;
      const [container, ...more] = pod.containers;
      assert.ok(container !== undefined && more.length === 0);

      it('runs in its phase, and keeps its log until the next sync', () => {
        assert.equal(annotations['argocd.argoproj.io/hook'], phases[name]);
        // A deletion is not followed by a sync, and only the two other policies count (argo-cd.md
        // §3.5).
        const policy = name.endsWith('-delete') ? 'HookSucceeded' : 'BeforeHookCreation';
        assert.equal(annotations['argocd.argoproj.io/hook-delete-policy'], policy);
        // Zero hangs the sync (user-needs 5, argo-cd#18884); any other value deletes the log.
        assert.equal(spec.ttlSecondsAfterFinished, undefined);
      });

      it('has no wave in SyncFail, where Argo CD ignores waves', () => {
        if (name !== 'sync-fail') return;
        assert.equal(annotations['argocd.argoproj.io/sync-wave'], undefined);
      });

      it('ends by itself before its deadline, without another pod if that would change nothing', () => {
        const env = Object.fromEntries(container.env.map((each) => [each.name, each.value ?? 'x']));
        const parsed = parseHook(container.args, env);
        assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
        const isOfDeletion = name.endsWith('-delete');
        assert.equal(parsed.arguments.self.phase, isOfDeletion ? phases[name] : undefined);
        const { timeout, waits, retryFor } = parsed.arguments;
        const longest = waits ? timeout : retryFor;
        assert.ok(longest / 1_000 < spec.activeDeadlineSeconds);
        assert.ok(spec.backoffLimit <= 2);
        assert.equal(pod.restartPolicy, 'Never');
        const [rule] = spec.podFailurePolicy.rules;
        const { failed, usage, timeout: late } = exitCodes;
        assert.deepEqual(rule?.onExitCodes.values, [failed, usage, late]);
      });

      it('may do nothing in the pod and nothing in the cluster', () => {
        assert.equal(pod.automountServiceAccountToken, false);
        assert.equal(pod.securityContext.runAsNonRoot, true);
        assert.equal(pod.securityContext.runAsUser, 65532);
        const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } =
          container.securityContext;
        assert.deepEqual([allowPrivilegeEscalation, readOnlyRootFilesystem], [false, true]);
        assert.deepEqual(capabilities.drop, ['ALL']);
        assert.deepEqual(container.command, ['node', '/app/hook.js']);
        assert.ok(container.resources.requests && container.resources.limits);
      });

      it('has a token only for the handler, where the command looks for it', () => {
        const [{ serviceAccountToken } = assert.fail()] = pod.volumes[0]?.projected.sources ?? [];
        assert.equal(serviceAccountToken.audience, defaultAudience);
        const path = `${container.volumeMounts[0]?.mountPath ?? ''}/${serviceAccountToken.path}`;
        assert.equal(path, '/var/run/secrets/argocd-handler/token');
        // The service account of the others is gone after an application was deleted.
        const account = name === 'post-delete' ? 'argocd-post-delete' : 'argocd-hooks';
        assert.equal(pod.serviceAccountName, account);
      });
    });
  }
});

describe('The Jobs of hooks in examples/gitops', () => {
  const examples = join(root, 'examples/gitops');
  const ours = readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('manifests/'))
    .flatMap((file) =>
      (loadAll(readFileSync(join(examples, file), 'utf8')) as Job[]).map((job) => ({ file, job })),
    )
    .filter(({ job }) => job.spec?.template?.spec.serviceAccountName === 'argocd-hooks');

  it('exist', () => assert.equal(ours.length, 4));

  for (const { file, job } of ours) {
    it(`equal those of deploy/hooks, except for what people change in them: ${file}`, () => {
      const phase = job.metadata.annotations?.['argocd.argoproj.io/hook'];
      const [folder] = Object.entries(phases).find(([, each]) => each === phase) ?? [];
      const [, base] = jobs.find(([name]) => name === folder) ?? assert.fail(phase);
      assert.deepEqual(unchanged(job), unchanged(base));
    });
  }
});

/** A Job without its name, wave, application, image and arguments, and its time limits. */
function unchanged(job: Job): unknown {
  const copy = structuredClone(job) as unknown as {
    metadata: { name: string; annotations: Record<string, string> };
    spec: Record<string, unknown> & {
      template: {
        metadata: { annotations: Record<string, string> };
        spec: { containers: Record<string, unknown>[] };
      };
    };
  };
  copy.metadata.name = '';
  delete copy.metadata.annotations['argocd.argoproj.io/sync-wave'];
  delete copy.spec['activeDeadlineSeconds'];
  copy.spec.template.metadata.annotations['azure-pipelines/application'] = '';
  Object.assign(copy.spec.template.spec.containers[0] ?? {}, { image: '', args: [] });
  return copy;
}
