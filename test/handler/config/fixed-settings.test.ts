import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Config } from '../../../src/handler/config/config.ts';
import { keepFixed } from '../../../src/handler/config/fixed-settings.ts';
import { isLoopback } from '../../../src/handler/config/listener.ts';
import { configFrom, key, printAll } from './whole-config.ts';

const other = '94e1b07c3a5d2846f1a0d4c8b7e6935210fedcba98765432a1b2c3d4e5f60718';
const started = configFrom(`encryptionKeys: [${key}]\n`);

describe('A setting that cannot change while the handler runs', () => {
  const changes: readonly [string, string, string][] = [
    ['listen: { public: 127.0.0.1:1 }', 'listen.public "127.0.0.1:1"', key],
    ['listen: { admin: 127.0.0.1:2 }', 'listen.admin "127.0.0.1:2"', key],
    ['store: { sqlite: /elsewhere/x.db }', 'store.sqlite "/elsewhere/x.db"', key],
    ['logLevel: info', 'encryptionKeys', other],
  ];
  for (const [line, shown, newKey] of changes) {
    it(`keeps its value, which is reported: ${shown}`, () => {
      const next = configFrom(`${line}\nencryptionKeys: [${newKey}]\n`);
      const { config, warnings } = keepFixed(started, next);
      assert.deepEqual(printAll(warnings), [
        `handler.yaml: ${shown}: it cannot change while the handler runs: the previous value stays in effect. Restart the handler: no run is lost.`,
      ]);
      const { listen, store, encryptionKeys, keyFile } = config;
      assert.deepEqual(
        { listen, store, keyFile },
        { listen: started.listen, store: started.store, keyFile: started.keyFile },
      );
      assert.equal(encryptionKeys[0]?.reveal(), key);
    });
  }

  const open = 'listen: { public: 127.0.0.1:8080, admin: 0.0.0.0:9090 }';
  const admin = (token: string) => `adminToken: ${token.repeat(16)}`;

  it('keeps the token that protects it while it is exposed', () => {
    const first = configFrom(`${open}\n${admin('a')}\n`);
    const second = keepFixed(first, configFrom(`${open}\n${admin('b')}\n`));
    assert.equal(second.config.adminToken?.reveal(), 'b'.repeat(16));
    assert.deepEqual(second.warnings, []);
    const { config, warnings } = keepFixed(second.config, configFrom('logLevel: debug\n'));
    assert.equal(config.adminToken?.reveal(), 'b'.repeat(16));
    assert.equal(config.logLevel, 'debug');
    assert.deepEqual(printAll(warnings), [
      'handler.yaml: listen.admin "127.0.0.1:9090": it cannot change while the handler runs: the previous value stays in effect. Restart the handler: no run is lost.',
      'handler.yaml: adminToken: it cannot be removed while listen.admin can be reached from other machines: it stays in effect. Restart the handler: no run is lost.',
    ]);
  });

  it('keeps the address that is derived from it', () => {
    const next = configFrom('listen: { public: 127.0.0.1:1 }\n');
    assert.equal(keepFixed(started, next).config.publicUrl, started.publicUrl);
    const named = configFrom('publicUrl: https://h.example.com\nlisten: { public: 127.0.0.1:1 }\n');
    assert.equal(keepFixed(started, named).config.publicUrl, 'https://h.example.com');
  });

  it('leaves a configuration with which the handler could start', () => {
    const config = fc
      .record({
        admin: fc.constantFrom(
          '127.0.0.1:9090',
          '0.0.0.0:9090',
          '[::]:9090',
          '[::1]:9090',
          'localhost:1',
        ),
        public: fc.constantFrom('127.0.0.1:8080', '0.0.0.0:8081'),
        token: fc.constantFrom('', 'a', 'b'),
        store: fc.constantFrom('./a/x.db', './b/x.db'),
        keys: fc.constantFrom(key, other),
        hasUrl: fc.boolean(),
      })
      .filter(({ admin: at, token }) => token !== '' || !/0\.0|::\]/.test(at))
      .map((given) =>
        configFrom(`listen: { public: '${given.public}', admin: '${given.admin}' }
store: { sqlite: ${given.store} }
encryptionKeys: [${given.keys}]
${given.token === '' ? '' : admin(given.token)}
${given.hasUrl ? 'publicUrl: https://h.example.com' : ''}
`),
      );
    fc.assert(
      fc.property(config, fc.array(config, { minLength: 1, maxLength: 3 }), (first, reloads) => {
        let inForce: Config = first;
        for (const next of reloads) {
          const { config: now, warnings } = keepFixed(inForce, next);
          const { listen, store, encryptionKeys, keyFile } = now;
          assert.deepEqual(
            { listen, store, encryptionKeys, keyFile },
            {
              ...{ listen: first.listen, store: first.store },
              ...{ encryptionKeys: first.encryptionKeys, keyFile: first.keyFile },
            },
          );
          assert.ok(now.adminToken !== undefined || isLoopback(listen.admin.host), 'it is open');
          if (next.adminToken !== undefined) assert.equal(now.adminToken, next.adminToken);
          const isTold = now.adminToken === next.adminToken;
          assert.equal(
            warnings.some((one) => one.path === 'adminToken'),
            !isTold,
          );
          if (/localhost/.test(now.publicUrl)) {
            assert.equal(now.publicUrl, `http://localhost:${listen.public.port}`);
          }
          inForce = now;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('excludes all other settings', () => {
    const next = configFrom(`encryptionKeys: [${key}]\nlogLevel: debug\nretention: 1d\n`);
    const { config, warnings } = keepFixed(started, next);
    assert.deepEqual(warnings, []);
    assert.equal(config.logLevel, 'debug');
    assert.equal(config.retention, 86_400_000);
  });
});
