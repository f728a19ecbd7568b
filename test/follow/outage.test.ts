import assert from 'node:assert/strict';
import { judgeLook } from '../../src/follow/outage.ts';
import { failed } from './fake-argo-cd.ts';

describe('a failed look', () => {
  const cases = [
    ['unavailable', '', false, 'away', /^its words$/],
    ['unclear', '', true, 'away', /^its words$/],
    ['internal', '', true, 'away', /^its words$/],
    ['not-argocd', '', true, 'away', /^its words$/],
    ['unreachable', '', true, 'away', /^its words$/],
    ['not-argocd', '', false, 'fatal', /Check the URL/],
    ['unreachable', '', false, 'fatal', /CA certificate/],
    ['not-found', 'default', false, 'missing', /no application "shop" in project "default"/],
    ['hidden', '', false, 'missing', /or the token may not read it: set "project"/],
    ['hidden', 'default', false, 'fatal', /Give the token's role/],
    ['hidden', '', true, 'fatal', /Give the token's role/],
    ['forbidden', '', false, 'fatal', /Give the token's role/],
    ['unauthenticated', '', true, 'fatal', /make a new one/],
  ] as const;
  for (const [failure, project, seen, kind, words] of cases) {
    const when = seen ? 'once the application was seen' : 'at the start';
    it(`means ${kind} when it is "${failure}" ${when}${project && ` in project ${project}`}`, () => {
      const judged = judgeLook(failed(failure, 'its words'), 'shop', project, seen);
      assert.equal(judged.kind, kind);
      assert.match(judged.kind === 'fatal' ? judged.error.advice : judged.reason, words);
    });
  }

  it('keeps the words and the cause of what is fatal', () => {
    const error = failed('unauthenticated', 'token is expired');
    const judged = judgeLook(error, 'shop', '', true);
    assert.ok(judged.kind === 'fatal');
    assert.match(judged.error.message, /token is expired/);
    assert.equal(judged.error.cause, error);
  });

  it('is no excuse for a bug of ours', () => {
    assert.throws(() => judgeLook(new TypeError('bug'), 'shop', '', true), /bug/);
  });
});
