import assert from 'node:assert/strict';
import { parseHook } from '../../src/hook/arguments.ts';

const env = {
  HOOK_HANDLER: 'https://argocd-handler.example.com',
  HOOK_JOB: 'smoke-tests',
  HOOK_NAMESPACE: 'shop',
  ARGOCD_APP_NAME: 'shop',
};
const faultsOf = (...words: readonly string[]) => {
  const parsed = parseHook(words, env);
  return parsed.kind === 'fault' ? parsed.messages : [];
};

describe('The arguments of a hook', () => {
  it('tell of an unknown command which one was meant, and nothing that follows from it', () => {
    assert.deepEqual(faultsOf('queu', '--pipeline', 'shop/smoke-tests'), [
      'Unknown command "queu". Did you mean queue?',
    ]);
  });

  it('tell of a known command what does not fit it', () => {
    assert.deepEqual(faultsOf('notify', '--pipeline', 'shop/smoke-tests'), [
      'notify queues nothing: remove --pipeline.',
    ]);
    assert.deepEqual(faultsOf('queue', '--pipeline', 'shop/smoke-tests'), []);
  });
});
