import assert from 'node:assert/strict';
import { AzureError, type AzureFailure } from '../../../src/azure/http/azure-error.ts';
import { HeldToken } from '../../../src/azure/http/held-token.ts';
import { Secret } from '../../../src/secret.ts';
import { noAbort } from '../../argocd/rest/server.ts';

const failed = (failure: AzureFailure) =>
  new AzureError('GET plan', 'HTTP 401', { failure, status: 401 });

/** `ask one`, `renew one`: what was done, with which token. */
class Trace {
  readonly done: string[] = [];
  readonly held: HeldToken;

  constructor(renewed: string | Error, signal: AbortSignal = noAbort) {
    const renew = (refused: Secret) => {
      this.done.push(`renew ${refused.reveal()}`);
      return renewed instanceof Error
        ? Promise.reject(renewed)
        : Promise.resolve(new Secret(renewed));
    };
    this.held = new HeldToken(new Secret('one'), renew, signal);
  }

  /** Makes a call that succeeds only with some tokens. */
  use(taken: readonly string[], failure: AzureFailure = 'unauthenticated'): Promise<string> {
    return this.held.use((token) => {
      this.done.push(`ask ${token.reveal()}`);
      return taken.includes(token.reveal())
        ? Promise.resolve('answer')
        : Promise.reject(failed(failure));
    });
  }
}

describe('The token of a piece of work', () => {
  it('stays the same for all calls while it is accepted', async () => {
    const trace = new Trace('two');
    assert.equal(await trace.use(['one']), 'answer');
    await trace.use(['one']);
    assert.deepEqual(trace.done, ['ask one', 'ask one']);
  });

  it('is replaced for the rest of the work once it was refused', async () => {
    const trace = new Trace('two');
    await trace.use(['one']);
    assert.equal(await trace.use(['two']), 'answer');
    assert.equal(await trace.use(['two']), 'answer');
    assert.deepEqual(trace.done, ['ask one', 'ask one', 'renew one', 'ask two', 'ask two']);
  });

  it('is renewed only once, whatever is refused', async () => {
    const trace = new Trace('two');
    for (let call = 0; call < 3; call += 1) await assert.rejects(trace.use([]), AzureError);
    assert.deepEqual(trace.done, ['ask one', 'renew one', 'ask two', 'ask two', 'ask two']);
  });

  it('is used once if there is no other', async () => {
    const trace = new Trace('one');
    await assert.rejects(trace.use([]), /^AzureError: GET plan: HTTP 401$/);
    assert.deepEqual(trace.done, ['ask one', 'renew one']);
  });

  for (const failure of [
    'forbidden',
    'not-found',
    'unclear',
    'unavailable',
    'throttled',
  ] as const) {
    it(`is kept when a call is ${failure}`, async () => {
      const trace = new Trace('two');
      await assert.rejects(trace.use([], failure), { failure });
      assert.deepEqual(trace.done, ['ask one']);
    });
  }

  it('is kept when a call fails for an internal reason', async () => {
    const { held, done } = new Trace('two');
    await assert.rejects(
      held.use(() => Promise.reject(new Error('a bug'))),
      /^Error: a bug$/,
    );
    assert.deepEqual(done, []);
  });

  it('stays refused if it cannot be renewed, and the error gives both reasons', async () => {
    const trace = new Trace(new Error('the secret has expired'));
    await assert.rejects(trace.use([]), (error) => {
      assert.ok(error instanceof AzureError);
      const { failure, status, message } = error;
      assert.deepEqual([failure, status], ['unauthenticated', 401]);
      assert.equal(message, 'GET plan: HTTP 401; there is no other token: the secret has expired');
      return true;
    });
  });

  it('is no longer renewed once nobody waits', async () => {
    const abort = new AbortController();
    const trace = new Trace(new Error('cut off'), abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(trace.use([]), /^Error: enough$/);
  });
});
