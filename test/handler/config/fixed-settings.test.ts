import assert from 'node:assert/strict';
import { keepFixed } from '../../../src/handler/config/fixed-settings.ts';
import { configFrom, key, printAll } from './whole-config.ts';

const other = '94e1b07c3a5d2846f1a0d4c8b7e6935210fedcba98765432a1b2c3d4e5f60718';
const started = configFrom(`encryptionKeys: [${key}]\n`);

describe('a setting that cannot change while the handler runs', () => {
  const changes: readonly [string, string, string][] = [
    ['listen: { public: 127.0.0.1:1 }', 'listen.public "127.0.0.1:1"', key],
    ['listen: { admin: 127.0.0.1:2 }', 'listen.admin "127.0.0.1:2"', key],
    ['store: { sqlite: /elsewhere/x.db }', 'store.sqlite "/elsewhere/x.db"', key],
    ['logLevel: info', 'encryptionKeys', other],
  ];
  for (const [line, shown, newKey] of changes) {
    it(`keeps its value, and that is said: ${shown}`, () => {
      const next = configFrom(`${line}\nencryptionKeys: [${newKey}]\n`);
      const { config, warnings } = keepFixed(started, next);
      assert.deepEqual(printAll(warnings), [
        `handler.yaml: ${shown}: it cannot change while the handler runs: it keeps the value of the start. Restart the handler: no run is lost by it.`,
      ]);
      const { listen, store, encryptionKeys, keyFile } = config;
      assert.deepEqual(
        { listen, store, keyFile },
        { listen: started.listen, store: started.store, keyFile: started.keyFile },
      );
      assert.equal(encryptionKeys[0]?.reveal(), key);
    });
  }

  it('is none of the others', () => {
    const next = configFrom(`encryptionKeys: [${key}]\nlogLevel: debug\nretention: 1d\n`);
    const { config, warnings } = keepFixed(started, next);
    assert.deepEqual(warnings, []);
    assert.equal(config.logLevel, 'debug');
    assert.equal(config.retention, 86_400_000);
  });
});
