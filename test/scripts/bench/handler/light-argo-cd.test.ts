import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { LightArgoCD } from '../../../../scripts/bench/handler/light-argo-cd.ts';
import { RestArgoCD } from '../../../../src/argocd/rest/rest-argocd.ts';
import type { SyncRequest } from '../../../../src/argocd/port.ts';
import { Secret } from '../../../../src/secret.ts';
import { markerOf } from '../../../../src/sync/model/operation.ts';
import { plainRequest } from '../../../argocd/plain-request.ts';

const { signal } = new AbortController();
const address = { name: 'shop-1', project: 'default' };
const request: SyncRequest = {
  ...plainRequest,
  infos: [{ name: 'azure-pipelines/run', value: 'plan/job/task/run' }],
};

describe("The bench's lightweight Argo CD", () => {
  let server: LightArgoCD;
  let argocd: RestArgoCD;

  beforeEach(async () => {
    server = await LightArgoCD.start();
    server.add({ names: ['shop-1', 'shop-2'], isSynced: false });
    argocd = new RestArgoCD({
      url: server.url,
      credential: { kind: 'token', token: new Secret('any') },
      ca: undefined,
      skipTlsVerify: false,
      headers: [],
      proxy: undefined,
    });
  });

  afterEach(async () => {
    await argocd.close();
    await server.stop();
  });

  it("returns its applications in Argo CD's format", async () => {
    const listed = await argocd.list(signal);
    assert.deepEqual(
      listed.map(({ name, sync }) => [name, sync.status]),
      [
        ['shop-1', 'OutOfSync'],
        ['shop-2', 'OutOfSync'],
      ],
    );
    const application = await argocd.get(address, { signal });
    assert.equal(application.sync.status, 'OutOfSync');
    assert.equal(
      (await argocd.manifests(address, {}, signal)).length,
      application.resources.length,
    );
    assert.equal((await argocd.windows(address, signal)).canSync, true);
  });

  it('runs an operation until it is told to end it, and reports every change', async () => {
    const told: string[] = [];
    for await (const summaryEvent of argocd.summaryEvents(signal)) {
      const { summary, read } = summaryEvent ?? {};
      if (summary?.name !== 'shop-1' || read === undefined) continue;
      const { operation, operationState: state } = await read();
      told.push(state?.phase ?? (operation === undefined ? 'none' : 'asked'));
      if (told.at(-1) === 'none') {
        const asked = await argocd.sync(address, request, signal);
        assert.equal(markerOf(asked.operation), 'plan/job/task/run');
      }
      if (told.at(-1) === 'Running') {
        assert.equal(server.running, 1);
        assert.equal(markerOf(state?.operation), 'plan/job/task/run');
        server.finish(['shop-1']);
      }
      if (told.at(-1) === 'Succeeded') break;
    }
    assert.deepEqual(told, ['none', 'asked', 'Running', 'Succeeded']);
    const { sync, history } = await argocd.get(address, { signal });
    assert.deepEqual([sync.status, history.length], ['Synced', 10]);
  });

  it('refuses unknown requests', async () => {
    await assert.rejects(argocd.get({ ...address, name: 'other' }, { signal }), /no such/);
    await assert.rejects(argocd.terminate(address, signal), /operation/);
  });
});
