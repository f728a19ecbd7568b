import assert from 'node:assert/strict';
import { readLogs, type LogSource } from '../../../src/argocd/rest/container-logs.ts';

const split = 'a container name must be specified for pod m, choose one of: [proxy app]';
const unready = 'container "app" in pod "m" is waiting to start: PodInitializing';
const status = (name: string, exitCode: number) => ({ name, state: { terminated: { exitCode } } });
const pod = (...codes: readonly (readonly [string, number])[]) => ({
  spec: { containers: codes.map(([name]) => ({ name })) },
  status: { containerStatuses: codes.map(([name, code]) => status(name, code)) },
});

describe('The log of a pod', () => {
  /** The requests, in order. */
  let asked: string[];
  beforeEach(() => (asked = []));

  const source = (
    whole: string,
    live: unknown,
    logs: Readonly<Record<string, readonly string[] | string>>,
  ): LogSource => ({
    log: (lines, container) => {
      asked.push(container === undefined ? 'whole' : `${container} ${lines}`);
      const found = container === undefined ? whole : (logs[container] ?? []);
      return Promise.resolve(
        typeof found === 'string' ? { lines: [], fault: found } : { lines: found, fault: '' },
      );
    },
    pod: (name) => {
      asked.push(`pod ${name}`);
      return live instanceof Error ? Promise.reject(live) : Promise.resolve(live);
    },
  });

  it('is returned as it is for a single container', async () => {
    const log = { lines: ['done'], fault: '' };
    const plain = { ...source('', undefined, {}), log: () => Promise.resolve(log) };
    assert.deepEqual(await readLogs(20, plain), log);
  });

  it("contains each container's log, complete for the failed one and shortened for the others", async () => {
    const logs = { proxy: ['draining'], app: ['no such table'] };
    const log = await readLogs(50, source(split, pod(['proxy', 0], ['app', 1]), logs));
    assert.deepEqual(log, {
      lines: [
        ...['container app (exit code 1):', 'no such table'],
        ...['container proxy (exit code 0):', 'draining'],
      ],
      fault: '',
    });
    assert.deepEqual(asked, ['whole', 'pod m', 'app 50', 'proxy 10']);
  });

  it('contains the containers that Kubernetes named, if the pod cannot be read', async () => {
    const logs = { proxy: [], app: ['no such table'] };
    const log = await readLogs(50, source(split, new Error('permission denied'), logs));
    assert.deepEqual(log.lines, [
      ...['container proxy:', '(no output)'],
      ...['container app:', 'no such table'],
    ]);
    assert.deepEqual(asked, ['whole', 'pod m', 'proxy 50', 'app 50']);
  });

  it('contains the init container whose failure prevents the others from starting', async () => {
    const live = {
      spec: { containers: [{ name: 'app' }], initContainers: [{ name: 'setup' }] },
      status: {
        containerStatuses: [{ name: 'app', state: { waiting: { reason: 'PodInitializing' } } }],
        initContainerStatuses: [status('setup', 3)],
      },
    };
    const log = await readLogs(20, source(unready, live, { setup: ['no vault'], app: unready }));
    assert.deepEqual(log.lines, [
      ...['container setup (exit code 3):', 'no vault'],
      ...['container app (PodInitializing):', `(${unready})`],
    ]);
  });

  it('keeps the error if the only container has not started', async () => {
    const log = await readLogs(20, source(unready, pod(['app', 0]), {}));
    assert.deepEqual(log, { lines: [], fault: unready });
    assert.deepEqual(asked, ['whole', 'pod m']);
  });

  it('keeps the error if no container has a log or failed', async () => {
    const gone = 'container not found';
    const live = pod(['proxy', 0], ['app', 0]);
    const log = await readLogs(20, source(split, live, { proxy: gone, app: gone }));
    assert.deepEqual(log, { lines: [], fault: split });
  });
});
