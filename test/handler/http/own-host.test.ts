import assert from 'node:assert/strict';
import { isOwnHost } from '../../../src/handler/http/own-host.ts';

describe('The host of a request to this machine', () => {
  const own = [
    'localhost',
    'LOCALHOST:9090',
    '127.0.0.1',
    '127.0.0.1:9090',
    '127.1.2.3:80',
    '[::1]',
  ];
  for (const host of [...own, '[::1]:9090']) {
    it(`is ${host}`, () => assert.ok(isOwnHost(host)));
  }

  const foreign = ['', 'evil.example.com', 'localhost.example.com', '127.0.0.1.example.com:9090'];
  const odd = ['127.0.0.1:', '127.0.0.1:9090:1', 'a@127.0.0.1', '::1', '[::1', '[::2]', '10.0.0.1'];
  const others = ['127.0.0.1, evil', '2130706433', '0x7f000001', '0.0.0.0', '127.1', 'localhost.'];
  for (const host of [...foreign, ...odd, ...others, undefined]) {
    it(`is not ${String(host)}`, () => assert.ok(!isOwnHost(host)));
  }
});
