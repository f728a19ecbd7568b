import assert from 'node:assert/strict';
import { AzureError } from '../../../src/azure/http/azure-error.ts';
import type { AzureFailure } from '../../../src/azure/http/azure-error.ts';
import { azureFailures } from '../../../src/azure/http/azure-error.ts';
import { locatePlan } from '../../../src/azure/task-hub/plan-location.ts';
import type { Hub, RunAddress } from '../../../src/azure/task-hub/run-address.ts';
import type { OrchestrationPlan } from '../../../src/azure/task-hub/task-hub.ts';
import { noAbort } from '../../argocd/rest/server.ts';

const given = 'https://dev.azure.com/fabrikam';
const release = 'https://vsrm.dev.azure.com/fabrikam';
const plan: OrchestrationPlan = {
  planId: 'p',
  scopeIdentifier: 's',
  version: 13,
  state: 'inProgress',
};

function addressAt(collection: string, hub: Hub): RunAddress {
  const ids = { projectId: 's', planId: 'p', jobId: 'j', timelineId: 'p', taskInstanceId: 't' };
  return { collection, hub, ...ids };
}

/** An organization whose hosts have the plan, or fail as told. */
class Hosts {
  readonly asked: string[] = [];
  readonly #answers: Readonly<Record<string, OrchestrationPlan | AzureFailure>>;

  constructor(answers: Readonly<Record<string, OrchestrationPlan | AzureFailure>>) {
    this.#answers = answers;
  }

  locate(collection: string, hub: Hub) {
    const hubFor = (address: RunAddress) => ({ plan: () => this.#plan(address.collection) });
    return locatePlan(addressAt(collection, hub), hubFor, noAbort);
  }

  #plan(collection: string): Promise<OrchestrationPlan> {
    this.asked.push(collection);
    const answer = this.#answers[collection] ?? 'not-found';
    return typeof answer === 'string'
      ? Promise.reject(new AzureError('GET plan', collection, { failure: answer }))
      : Promise.resolve(plan);
  }
}

describe('The host that has a plan', () => {
  for (const hub of ['build', 'checks', 'release', 'gates'] as const) {
    it(`is the given one if it knows the plan of the hub ${hub}`, async () => {
      const hosts = new Hosts({ [given]: plan });
      assert.deepEqual(await hosts.locate(given, hub), { address: addressAt(given, hub), plan });
      assert.deepEqual(hosts.asked, [given]);
    });
  }

  for (const hub of ['release', 'gates'] as const) {
    for (const failure of ['plan-gone', 'not-found', 'refused', 'forbidden'] as const) {
      it(`is the release host if the given one says ${failure}, for ${hub}`, async () => {
        const hosts = new Hosts({ [given]: failure, [release]: plan });
        const located = await hosts.locate(given, hub);
        assert.deepEqual(located, { address: addressAt(release, hub), plan });
      });
    }
  }

  for (const hub of ['build', 'checks'] as const) {
    it(`is only the given one for the hub ${hub}`, async () => {
      const hosts = new Hosts({ [given]: 'plan-gone', [release]: plan });
      await assert.rejects(hosts.locate(given, hub), { failure: 'plan-gone' });
      assert.deepEqual(hosts.asked, [given]);
    });
  }

  for (const failure of ['unauthenticated', 'throttled', 'unavailable', 'blocked'] as const) {
    it(`is not searched elsewhere if the given one is ${failure}`, async () => {
      const hosts = new Hosts({ [given]: failure, [release]: plan });
      await assert.rejects(hosts.locate(given, 'release'), { failure });
      assert.deepEqual(hosts.asked, [given]);
    });
  }

  it('is not searched elsewhere on premises, nor from the release host', async () => {
    for (const collection of ['https://tfs.example.com/tfs/Default', release]) {
      const hosts = new Hosts({});
      await assert.rejects(hosts.locate(collection, 'release'), { failure: 'not-found' });
      assert.deepEqual(hosts.asked, [collection]);
    }
  });

  for (const second of azureFailures) {
    const isPassing = second === 'throttled' || second === 'unavailable';
    it(`is reported by the ${isPassing ? 'second' : 'first'} if the other is ${second}`, async () => {
      const hosts = new Hosts({ [given]: 'plan-gone', [release]: second });
      await assert.rejects(hosts.locate(given, 'release'), {
        failure: isPassing ? second : 'plan-gone',
        reason: isPassing ? release : given,
      });
      assert.deepEqual(hosts.asked, [given, release]);
    });
  }

  it('is requested with the signal, whose reason ends it', async () => {
    const reason = new Error('no more');
    const signal = AbortSignal.abort(reason);
    const hubFor = () => ({ plan: (own: AbortSignal) => Promise.reject(own.reason as Error) });
    await assert.rejects(locatePlan(addressAt(given, 'release'), hubFor, signal), reason);
  });
});
