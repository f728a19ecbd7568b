import assert from 'node:assert/strict';
import { readContainers, splitPodOf } from '../../../src/argocd/rest/pod-containers.ts';

describe('The pod whose logs must be read by container', () => {
  const namesOf = (fault: string) => {
    const pod = splitPodOf(fault);
    return pod && [pod.name, ...pod.containers.map(({ name }) => name)];
  };
  const table: readonly (readonly [string, readonly string[] | undefined])[] = [
    [
      'a container name must be specified for pod migrate-x7k, choose one of: [app istio-proxy]',
      ['migrate-x7k', 'app', 'istio-proxy'],
    ],
    [
      'a container name must be specified for pod m, choose one of: [app proxy] or one of the init containers: [init vault]',
      ['m', 'app', 'proxy', 'init', 'vault'],
    ],
    ['container "main" in pod "migrate-x7k" is waiting to start: PodInitializing', ['migrate-x7k']],
    ['container nope is not valid for pod migrate-x7k', undefined],
    ['previous terminated container "main" in pod "m" not found', undefined],
    ['', undefined],
    [`container "main" in pod "${'m'.repeat(300)}" is waiting to start: X`, undefined],
  ];
  for (const [fault, expected] of table) {
    it(`is ${expected?.join(', ') ?? 'none'} after: ${fault.slice(0, 90)}`, () => {
      assert.deepEqual(namesOf(fault), expected);
    });
  }

  it('has a bounded number of containers', () => {
    const names = Array.from({ length: 50 }, (_, index) => `c${index}`).join(' ');
    const fault = `a container name must be specified for pod m, choose one of: [${names}]`;
    assert.equal(splitPodOf(fault)?.containers.length, 10);
  });
});

describe('The containers of a pod', () => {
  const ended = (name: string, exitCode: number, finishedAt?: string) => ({
    name,
    state: { terminated: { exitCode, finishedAt } },
  });
  const spec = {
    containers: [{ name: 'proxy' }, { name: 'app' }],
    initContainers: [{ name: 'setup' }],
  };
  const shown = (status: object) =>
    readContainers({ spec, status }).map(({ name, state, hasFailed }) =>
      [name, state, ...(hasFailed ? ['failed'] : [])].join(' '),
    );

  it('start with the one that failed first, before the sidecar that was killed because of it', () => {
    const containerStatuses = [
      ended('proxy', 137, '2026-11-21T01:00:05Z'),
      ended('app', 1, '2026-11-21T01:00:01Z'),
    ];
    const initContainerStatuses = [ended('setup', 0, '2026-11-21T01:00:00Z')];
    assert.deepEqual(shown({ containerStatuses, initContainerStatuses }), [
      'app exit code 1 failed',
      'proxy exit code 137 failed',
      'setup exit code 0',
    ]);
  });

  it('include a failed init container while the others wait', () => {
    const waits = (name: string) => ({ name, state: { waiting: { reason: 'PodInitializing' } } });
    assert.deepEqual(
      shown({
        containerStatuses: [waits('proxy'), waits('app')],
        initContainerStatuses: [ended('setup', 2)],
      }),
      ['setup exit code 2 failed', 'proxy PodInitializing', 'app PodInitializing'],
    );
  });

  it('include a failed one that will be restarted', () => {
    const app = {
      name: 'app',
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-21T01:00:01Z' } },
    };
    const proxy = { name: 'proxy', state: { running: { startedAt: '2026-11-21T01:00:00Z' } } };
    assert.deepEqual(shown({ containerStatuses: [proxy, app] }), [
      'app exit code 1 failed',
      'proxy running',
      'setup ',
    ]);
  });

  it('are read only from a pod', () => {
    assert.throws(() => readContainers({ kind: 'Secret' }));
    assert.deepEqual(
      readContainers({ spec: { containers: [{ name: 'only' }] } }).map(({ name }) => name),
      ['only'],
    );
  });
});
