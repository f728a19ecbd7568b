import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import type { EventActions } from '../../../src/handler/follow-ups/event-actions.ts';
import { EventRecorder, type Look } from '../../../src/handler/follow-ups/event-recorder.ts';
import { StoreError } from '../../../src/handler/store/store.ts';
import type { EventStep } from '../../../src/handler/store/event-store.ts';
import { SimulatedDisk } from '../../../scripts/soak/follow-ups/simulated-disk.ts';
import { rule } from '../../follow-ups/rules.ts';
import { application, B, ended, foreign, second, state } from '../../sync/sample-application.ts';

const look: Look = {
  argocd: 'prod',
  server: {
    argocd: { get: () => assert.fail('nobody reads') },
    ...{ namespace: 'argocd', url: 'https://argocd.example', pageOf: () => '' },
  },
  since: second(0),
  isFirst: false,
};
const operation = foreign({ revisions: [B] });
const running = application({ operationState: state({ operation }) });
const over = application({ operationState: ended('Succeeded', { operation }) });

const noActions = {
  action: () => Promise.resolve(undefined),
  actions: () => Promise.resolve([]),
};

describe('The event recorder', () => {
  let disk: SimulatedDisk;
  let kinds: string[];
  let fault: Error | undefined;
  let recorder: EventRecorder;
  /** Lets the store answer, one call after another. */
  let gates: (() => void)[];
  let isHeld: boolean;
  const held = () => gates.length;

  beforeEach(() => {
    disk = new SimulatedDisk();
    [kinds, gates, fault, isHeld] = [[], [], undefined, false];
    const actions = {
      of: (events: readonly { readonly event: { readonly kind: string } }[]) => {
        kinds.push(...events.map(({ event }) => event.kind));
        return Promise.resolve([] as readonly StoredAction[]);
      },
    };
    recorder = new EventRecorder({
      store: {
        eventMemoriesOf: async (uid) => {
          if (isHeld) await new Promise<void>((resolve) => gates.push(resolve));
          return disk.eventMemoriesOf(uid);
        },
        recordEvents: (step: EventStep) =>
          fault === undefined ? disk.recordEvents(step) : Promise.reject(fault),
        forgetEvents: () => Promise.resolve(),
        ...noActions,
      },
      actions: () => actions as unknown as EventActions,
      limits: () => ({ catchUp: 24 * 3_600_000 }),
      isConfigured: () => true,
      sinceOf: () => -Infinity,
      now: () => second(30),
      startedAt: second(0),
      telemetry: {
        eventSeen: () => undefined,
        eventTooOld: () => undefined,
        actionsMade: () => undefined,
      },
      onActions: () => undefined,
      onIdle: () => undefined,
    });
  });

  it('learns nothing from a read that is older than another', async () => {
    const at = (resourceVersion: string, status: 'Healthy' | 'Degraded') =>
      application({ resourceVersion, health: { status, message: '' } });
    for (const one of [
      at('8', 'Healthy'),
      at('9', 'Degraded'),
      at('10', 'Healthy'),
      at('9', 'Degraded'),
      at('10', 'Healthy'),
      at('11', 'Degraded'),
    ]) {
      await recorder.record(one, look);
    }
    assert.deepEqual(kinds, ['healthDegraded', 'healthRecovered', 'healthDegraded']);
  });

  it("learns nothing from a read that started before the application's deletion", async () => {
    await recorder.record(over, look);
    await recorder.recordDeletion({ ...over, resourceVersion: '9' }, look);
    kinds.splice(0);
    await recorder.record(over, look);
    await recorder.record(running, { ...look, since: 0 });
    assert.deepEqual(kinds, []);
  });

  it('learns from an older read if a newer one could not be stored', async () => {
    const at = (resourceVersion: string, status: 'Healthy' | 'Degraded') =>
      application({ resourceVersion, health: { status, message: '' } });
    await recorder.record(at('8', 'Healthy'), look);
    fault = new StoreError('disk full');
    await assert.rejects(recorder.record(at('10', 'Degraded'), look), StoreError);
    fault = undefined;
    await recorder.record(at('9', 'Degraded'), look);
    assert.deepEqual(kinds, ['healthDegraded', 'healthDegraded']);
  });

  it('processes the reads of an application in order', async () => {
    isHeld = true;
    const looks = [recorder.record(running, look), recorder.record(over, look)];
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(held(), 1, 'the second look waits for the first');
    gates.shift()?.();
    while (held() === 0) await new Promise((resolve) => setImmediate(resolve));
    gates.shift()?.();
    await Promise.all(looks);
    assert.deepEqual(kinds, ['operationStarted', 'succeeded']);
  });

  it('processes the reads of different applications in parallel', async () => {
    isHeld = true;
    void recorder.record(running, look);
    void recorder.record({ ...running, uid: 'uid-2' }, look);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(gates.length, 2);
    for (const open of gates) open();
  });

  it('reports again, at the next read, what could not be stored', async () => {
    fault = new StoreError('The disk is full.');
    await assert.rejects(recorder.record(over, look), /disk is full/);
    fault = undefined;
    kinds.length = 0;
    await recorder.record(over, look);
    assert.deepEqual(kinds, ['operationStarted', 'succeeded']);
    await recorder.record(over, look);
    assert.equal(kinds.length, 2, 'and no more than once');
  });

  it('counts an end in the same second in which following started as later, since Argo CD writes whole seconds', async () => {
    const finishedAt = over.operationState?.finishedAt ?? 0;
    await recorder.record({ ...over, uid: 'uid-2' }, { ...look, since: finishedAt + 1_000 });
    assert.deepEqual(kinds, []);
    await recorder.record(over, { ...look, since: finishedAt + 999 });
    assert.deepEqual(kinds, ['operationStarted', 'succeeded']);
  });

  it('triggers no rule, at the first read, that is younger than the event', async () => {
    const meant: boolean[] = [];
    const actions = {
      of: (events: readonly { readonly isMeant: (one: ReturnType<typeof rule>) => boolean }[]) => {
        meant.push(...events.map(({ isMeant }) => isMeant(rule())));
        return Promise.resolve([] as readonly StoredAction[]);
      },
    };
    const younger = new EventRecorder({
      store: {
        eventMemoriesOf: (uid) => disk.eventMemoriesOf(uid),
        recordEvents: (step) => disk.recordEvents(step),
        forgetEvents: () => Promise.resolve(),
        ...noActions,
      },
      actions: () => actions as unknown as EventActions,
      limits: () => ({ catchUp: 24 * 3_600_000 }),
      isConfigured: () => true,
      sinceOf: () => second(15),
      now: () => second(30),
      startedAt: second(25),
      telemetry: {
        eventSeen: () => undefined,
        eventTooOld: () => undefined,
        actionsMade: () => undefined,
      },
      onActions: () => undefined,
      onIdle: () => undefined,
    });
    await younger.record(over, { ...look, isFirst: true });
    // It started before the rule existed, and ended after.
    assert.deepEqual(meant, [false, true]);
  });
});
