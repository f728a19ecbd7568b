import assert from 'node:assert/strict';
import { hookNameOf, isNamedAfter } from '../../../src/sync/events/pod-name.ts';

const long = 'a'.repeat(63);
const cut = 'a'.repeat(58);

describe('The name of a pod', () => {
  const own: readonly (readonly [string, string])[] = [
    ['smoke-tests', 'smoke-tests-x7k2p'],
    ['smoke-tests-presync-1700000000', 'smoke-tests-presync-1700000000-x7k2p'],
    ['smoke', 'smoke'],
    [long, `${cut}x7k2p`],
    ['a'.repeat(57), `${'a'.repeat(57)}-x7k2p`],
    ['x7k2p', 'x7k2p-bcdfg'],
  ];
  for (const [hook, pod] of own) {
    it(`${pod} is one of hook ${hook}`, () => assert.ok(isNamedAfter(hook, pod)));
  }

  const foreign: readonly (readonly [string, string])[] = [
    // A hook whose name begins with that of another.
    ['smoke', 'smoke-tests-x7k2p'],
    ['smoke-tests', 'smoke-x7k2p'],
    ['smoke', 'smoke-0-x7k2p'],
    // No letters that Kubernetes uses.
    ['smoke', 'smoke-tests'],
    ['smoke', 'smoke-x7k2'],
    ['smoke', 'smokex7k2p'],
    [long, `${cut}-x7k2p`],
  ];
  for (const [hook, pod] of foreign) {
    it(`${pod} is none of hook ${hook}`, () => assert.ok(!isNamedAfter(hook, pod)));
  }

  const bases: readonly (readonly [string, string])[] = [
    ['smoke-tests-x7k2p', 'smoke-tests'],
    [`${cut}x7k2p`, cut],
    ['smoke-tests', 'smoke-tests'],
    ['x7k2p', 'x7k2p'],
    ['-x7k2p', '-x7k2p'],
  ];
  for (const [pod, hook] of bases) {
    it(`${pod} comes from ${hook}`, () => assert.equal(hookNameOf(pod), hook));
  }

  it('leads to the same hook for all pods of a Job, whose pods they are', () => {
    for (const hook of ['smoke-tests', 'a', 'a'.repeat(57), cut, long]) {
      const pods = ['x7k2p', 'bcdfg', '24567'].map((end) => `${hook}-`.slice(0, 58) + end);
      assert.ok(pods.every((pod) => isNamedAfter(hook, pod)));
      assert.equal(new Set(pods.map(hookNameOf)).size, 1);
    }
  });
});
