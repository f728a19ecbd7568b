import assert from 'node:assert/strict';
import { systemClock } from '../../../src/async/clock.ts';
import type { ArgoCDInstance } from '../../../src/handler/config/config.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { Contacts } from '../../../src/handler/watch/contacts.ts';
import { Secret } from '../../../src/secret.ts';
import { storeFolder } from '../store/sample.ts';

const prod: ArgoCDInstance = {
  name: 'prod',
  url: 'https://argocd.example.com',
  namespace: 'argocd',
  token: new Secret('a'),
  ca: undefined,
  skipTlsVerify: false,
  publicUrl: undefined,
};

/** What the next process also counts as reached. */
const same: readonly Partial<ArgoCDInstance>[] = [
  {},
  { name: 'production' },
  { token: new Secret('b') },
  { publicUrl: 'https://cd.example.com' },
  { namespace: 'cd' },
];
const others: readonly Partial<ArgoCDInstance>[] = [
  { url: 'https://argocd.example.com:8443' },
  { url: 'https://argocd.example.com/argo' },
  { ca: 'another certificate' },
  { skipTlsVerify: true },
];

describe('First contacts with Argo CDs', () => {
  let folder: ReturnType<typeof storeFolder>;
  let store: SqliteStore;
  let contacts: Contacts;
  const faults: unknown[] = [];

  const start = async () => {
    store = SqliteStore.open(folder.path, systemClock);
    const ports = { store, clock: systemClock, onFault: (error: unknown) => faults.push(error) };
    contacts = new Contacts(ports);
    await contacts.recall();
  };
  beforeEach(async () => {
    folder = storeFolder();
    await start();
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
    assert.deepEqual(faults.splice(0), []);
  });
  const restart = () => store.close().then(start);

  it('do not exist before a response', async () => {
    assert.equal(contacts.has(prod), false);
    await restart();
    assert.equal(contacts.has(prod), false);
  });

  for (const change of same) {
    const what = Object.keys(change).join() || 'nothing';
    it(`outlast the process, whatever irrelevant setting changes: ${what}`, async () => {
      contacts.make(prod);
      assert.equal(contacts.has(prod), true);
      await restart();
      assert.equal(contacts.has({ ...prod, ...change }), true);
    });
  }

  for (const change of others) {
    it(`are forgotten if the connection changes: ${JSON.stringify(change)}`, async () => {
      contacts.make(prod);
      await restart();
      assert.equal(contacts.has({ ...prod, ...change }), false);
    });
  }

  it('are reported if they cannot be stored, and count in this process', async () => {
    const broken = {
      contacts: () => Promise.resolve([]),
      addContact: () => Promise.reject(new Error('the disk is full')),
    };
    const onFault = (error: unknown) => faults.push(error);
    const others = new Contacts({ store: broken, clock: systemClock, onFault });
    others.make(prod);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(others.has(prod), true);
    assert.match(String(faults.splice(0)), /the disk is full/);
  });
});
