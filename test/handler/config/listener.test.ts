import assert from 'node:assert/strict';
import { isLoopback, parseListener, printListener } from '../../../src/handler/config/listener.ts';

describe('A listener', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['localhost:0', 'localhost', 0],
    ['[::]:65535', '::', 65535],
    ['[::1]:8080', '::1', 8080],
    ['handler.internal:8080', 'handler.internal', 8080],
  ] as const) {
    it(`is accepted and printed again: ${text}`, () => {
      const parsed = parseListener(text);
      assert.deepEqual(parsed, { value: { host, port } });
      assert.equal(printListener({ host, port }), text);
    });
  }

  for (const text of [
    '8080',
    ':8080',
    '::1:8080',
    '[::1]',
    '[x]:1',
    'a:65536',
    'a:1x',
    'http://a:1',
    '',
  ]) {
    it(`is refused: "${text}"`, () => assert.ok('problem' in parseListener(text)));
  }

  for (const [host, expected] of [
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['LocalHost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.example.com', false],
    ['localhost.example.com', false],
  ] as const) {
    it(`is ${expected ? '' : 'not '}limited to this machine at ${host}`, () => {
      assert.equal(isLoopback(host), expected);
    });
  }
});
