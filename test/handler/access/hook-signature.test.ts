import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'mocha';
import {
  SignatureCheck,
  signatureWindow,
  type SignedRequest,
} from '../../../src/handler/access/hook-signature.ts';
import { Secret } from '../../../src/secret.ts';
import { signedText } from '../../../src/text/signed-request.ts';

const key = 'a-key-of-hooks-of-forty-characters-xxxxx';
const secrets = [new Secret(key)];
const caller = 'legacy';

class SetClock {
  #now = 1_700_000_000_000;

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** A request that is signed at a time of the clock, and changed afterward. */
function signed(
  at: number,
  changes: Partial<SignedRequest> = {},
  signedChanges: Partial<SignedRequest> = {},
): SignedRequest {
  const request = {
    method: 'POST',
    path: '/v1/hooks',
    body: '{"application":"shop"}',
    timestamp: String(Math.floor(at / 1_000)),
    nonce: 'nonce-of-16-chars',
    ...signedChanges,
  };
  const digest = createHmac('sha256', key).update(signedText(request)).digest('hex');
  return { ...request, signature: `sha256=${digest}`, ...changes };
}

/** A check that started so long ago that nothing before it matters. */
function established() {
  const clock = new SetClock();
  const check = new SignatureCheck(clock);
  clock.advance(signatureWindow.past + signatureWindow.ahead + 1_000);
  return { clock, check };
}

describe('SignatureCheck', () => {
  it("accepts a request that is signed with the caller's key, once", () => {
    const { clock, check } = established();
    assert.equal(check.check(caller, secrets, signed(clock.now())), undefined);
    const again = check.check(caller, secrets, signed(clock.now()));
    assert.equal(again?.kind, 'unauthenticated');
    assert.match(again?.message ?? '', /used before/);
  });

  it('accepts either of two keys', () => {
    const { clock, check } = established();
    const both = [new Secret('the-new-key-of-forty-characters-xxxxxxxx'), ...secrets];
    assert.equal(check.check(caller, both, signed(clock.now())), undefined);
  });

  const altered: readonly (readonly [string, Partial<SignedRequest>])[] = [
    ['another body', { body: '{"application":"bank"}' }],
    ['a body with an extra space', { body: '{"application":"shop"} ' }],
    ['another method', { method: 'GET' }],
    ['another path', { path: '/v1/hooks/1' }],
    ['another nonce', { nonce: 'another-nonce-of-23-xxx' }],
    ['a signature with one wrong digit', { signature: `sha256=${'0'.repeat(64)}` }],
    ['a signature without digits', { signature: 'sha256=' }],
    ['a signature by another algorithm', { signature: `sha1=${'0'.repeat(40)}` }],
    ['a nonce that is too short', { nonce: 'short' }],
    ['a nonce with a line break', { nonce: 'nonce-of-16-char\ns' }],
    ['an invalid time', { timestamp: 'yesterday' }],
    ['a time in milliseconds', { timestamp: '1700000000000' }],
  ];
  for (const [what, changes] of altered) {
    it(`refuses ${what}`, () => {
      const { clock, check } = established();
      const problem = check.check(caller, secrets, signed(clock.now(), changes));
      assert.equal(problem?.kind, 'unauthenticated');
    });
  }

  it('refuses a changed time within the window', () => {
    const { clock, check } = established();
    const timestamp = String(Math.floor(clock.now() / 1_000) - 1);
    const problem = check.check(caller, secrets, signed(clock.now(), { timestamp }));
    assert.equal(problem?.kind, 'unauthenticated');
  });

  it('refuses an unknown caller like a wrong signature', () => {
    const { clock, check } = established();
    const unknown = check.check('nobody', undefined, signed(clock.now()));
    const wrong = check.check(caller, secrets, signed(clock.now(), { body: '' }));
    assert.deepEqual(unknown, wrong);
  });

  it('refuses text that was moved between lines', () => {
    const { clock, check } = established();
    const body = 'POST /v1/hooks\nrest';
    const moved = signed(clock.now(), { body: 'rest', path: '/v1/hooks' }, { body, path: '/x' });
    assert.equal(check.check(caller, secrets, moved)?.kind, 'unauthenticated');
  });

  const times: readonly (readonly [string, number, boolean])[] = [
    ['as old as allowed', -signatureWindow.past + 1_000, true],
    ['older', -signatureWindow.past - 1_000, false],
    ['as far in the future as allowed', signatureWindow.ahead - 1_000, true],
    ['further ahead', signatureWindow.ahead + 1_000, false],
  ];
  for (const [what, shift, isTaken] of times) {
    it(`${isTaken ? 'accepts' : 'refuses'} a signature that is ${what}`, () => {
      const clock = new SetClock();
      const check = new SignatureCheck(clock);
      clock.advance(3_600_000);
      const problem = check.check(caller, secrets, signed(clock.now() + shift));
      assert.equal(problem === undefined, isTaken, problem?.message);
    });
  }

  it('remembers a nonce exactly as long as its signature is valid', () => {
    const { clock, check } = established();
    const ahead = signed(clock.now() + signatureWindow.ahead - 1_000);
    assert.equal(check.check(caller, secrets, ahead), undefined);
    clock.advance(signatureWindow.past + signatureWindow.ahead - 2_000);
    assert.match(check.check(caller, secrets, ahead)?.message ?? '', /used before/);
    clock.advance(10_000);
    assert.equal(check.check(caller, secrets, signed(clock.now())), undefined);
  });

  it('refuses after a restart what an earlier process may have accepted, and says when to sign again', () => {
    const clock = new SetClock();
    const used = [0, signatureWindow.ahead - 1_000].map((shift) => signed(clock.now() + shift));
    clock.advance(5_000);
    const check = new SignatureCheck(clock);
    for (const request of used) {
      assert.equal(check.check(caller, secrets, request)?.kind, 'unavailable');
    }
    const problem = check.check(caller, secrets, signed(clock.now()));
    assert.ok(problem?.kind === 'unavailable' && problem.retryAfter !== undefined);
    clock.advance(problem.retryAfter * 1_000);
    assert.equal(check.check(caller, secrets, signed(clock.now())), undefined);
  });

  it('does not tell strangers about a restart', () => {
    const clock = new SetClock();
    const check = new SignatureCheck(clock);
    const problem = check.check(caller, secrets, signed(clock.now(), { body: 'other' }));
    assert.equal(problem?.kind, 'unauthenticated');
  });
});
