import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { SentCall } from '../../../src/azure/http/answer.ts';
import {
  basic,
  checkAnswer,
  jsonOf,
  classifyExchangeError,
} from '../../../src/azure/http/answer.ts';
import { AzureError } from '../../../src/azure/http/azure-error.ts';
import type { AzureFailure } from '../../../src/azure/http/azure-error.ts';
import { BrokenExchange } from '../../../src/azure/http/exchange.ts';
import { Secret } from '../../../src/secret.ts';

const token = new Secret('header.claims+/=.signature');
const repeatable: SentCall = { name: 'GET plan', isRepeatable: true, token };
const once: SentCall = { name: 'POST event', isRepeatable: false, token };

function failureOf(run: () => unknown): AzureError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AzureError, String(error));
    return error;
  }
  return assert.fail('it is a yes');
}

function check(asked: SentCall, status: number, text = '', headers: IncomingHttpHeaders = {}) {
  checkAnswer(asked, { status, headers, text });
}

function body(message: string, typeKey: string): string {
  return JSON.stringify({ $id: '1', innerException: null, message, typeKey, errorCode: 0 });
}

describe('A response of Azure DevOps', () => {
  for (const status of [200, 201, 202, 204]) {
    it(`with status ${status} is a success`, () => {
      check(once, status, '');
      check(once, status, '{"id":1}', { 'content-type': 'application/json' });
      check(once, status, 'anything', { 'content-type': 'application/octet-stream' });
    });
  }

  const meanings: readonly [number, AzureFailure, AzureFailure][] = [
    [400, 'refused', 'refused'],
    [401, 'unauthenticated', 'unauthenticated'],
    [403, 'forbidden', 'forbidden'],
    [404, 'not-found', 'not-found'],
    [405, 'refused', 'refused'],
    [408, 'unavailable', 'unavailable'],
    [409, 'refused', 'refused'],
    [410, 'refused', 'refused'],
    [413, 'refused', 'refused'],
    [429, 'throttled', 'throttled'],
    [500, 'unavailable', 'unclear'],
    [502, 'unavailable', 'unclear'],
    [503, 'unavailable', 'unavailable'],
    [504, 'unavailable', 'unclear'],
    [599, 'unavailable', 'unclear'],
  ];
  for (const [status, ofRepeatable, ofOther] of meanings) {
    it(`with status ${status} is ${ofRepeatable}, or ${ofOther} if the call may not be repeated`, () => {
      const text = body('No.', 'SomeException');
      for (const [asked, failure] of [
        [repeatable, ofRepeatable],
        [once, ofOther],
      ] as const) {
        const error = failureOf(() => check(asked, status, text));
        assert.deepEqual([error.failure, error.status, error.reason], [failure, status, 'No.']);
        assert.equal(error.message, `${asked.name}: No.`);
      }
    });
  }

  const goneKeys = [
    'TaskOrchestrationPlanNotFoundException',
    'TaskOrchestrationPlanSecurityException',
    'TaskOrchestrationPlanTerminatedException',
  ];
  for (const key of goneKeys) {
    it(`with the type key ${key} says that the plan is gone, whatever its status`, () => {
      for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) {
        assert.equal(failureOf(() => check(once, status, body('x', key))).failure, 'plan-gone');
      }
    });
  }

  it('that only mentions such a key is classified by its status', () => {
    const text = body('TaskOrchestrationPlanNotFoundException', 'TimelineNotFoundException');
    assert.equal(failureOf(() => check(repeatable, 404, text)).failure, 'not-found');
  });

  const signIns: readonly [string, number, string, IncomingHttpHeaders][] = [
    ['302', 302, '', { location: 'https://spsprodweu1.vssps.visualstudio.com/_signin?x=secret' }],
    ['301 without a Location', 301, '', {}],
    ['307', 307, '', { location: '/_signin' }],
    ['308', 308, '<html>', { location: 'https://evil.example/' }],
    ['304', 304, '', {}],
    ['203', 203, '{}', { 'content-type': 'application/json' }],
    ['203 with a page', 203, '<!doctype html>', { 'content-type': 'text/html' }],
    ['200 with a page', 200, ' \r\n<!DOCTYPE html><title>Sign In', {}],
    [
      '200 with the content type of a page',
      200,
      'Sign in',
      { 'content-type': 'Text/HTML; charset=utf-8' },
    ],
    ['204 with the content type of a page', 204, '', { 'content-type': 'text/html' }],
  ];
  for (const [what, status, text, headers] of signIns) {
    it(`that is a sign-in page (${what}) says that the token is invalid`, () => {
      const error = failureOf(() => check(once, status, text, headers));
      assert.deepEqual([error.failure, error.status], ['unauthenticated', status]);
      assert.doesNotMatch(error.message, /secret/);
    });
  }

  it("that redirects is reported with the target's host", () => {
    const headers = { location: 'https://login.example.com/a?b=c' };
    assert.equal(
      failureOf(() => check(repeatable, 302, '', headers)).message,
      'GET plan: it redirects to login.example.com; the token is not sent there: it is invalid or has expired',
    );
  });

  it('says how long to wait, whatever it means', () => {
    for (const status of [401, 404, 429, 500, 503]) {
      const error = failureOf(() => check(once, status, '', { 'retry-after': '7' }));
      assert.equal(error.retryAfter, 7000);
    }
    assert.equal(failureOf(() => check(once, 429)).retryAfter, undefined);
  });

  it('without a message is reported by its status', () => {
    for (const text of ['', 'Bad gateway', '<html>', 'null', '[]', '"x"', '{"message":5}', '{']) {
      assert.equal(failureOf(() => check(once, 502, text)).reason, 'HTTP 502');
    }
  });

  it('is reported on one line of bounded length, without invisible characters', () => {
    const message = `line one\r\nline\u0000 two\u200b ${'x'.repeat(100_000)}`;
    const { reason } = failureOf(() => check(once, 400, body(message, 'X')));
    assert.ok(reason.startsWith('line one ⏎ line two xxx'), reason.slice(0, 40));
    assert.ok(reason.length < 600);
  });

  it('never shows a token that it repeats', () => {
    const forms = [
      token.reveal(),
      `Basic ${basic(token)}`,
      encodeURIComponent(token.reveal()),
      `${'x'.repeat(490)}${token.reveal()}`,
      `${'x'.repeat(490)}${basic(token)}`,
    ];
    for (const form of forms) {
      const error = failureOf(() => check(once, 400, body(`Bad header: ${form}.`, 'X')));
      const shown = [error.message, error.reason, String(error.stack), JSON.stringify(error)];
      for (const text of shown) assert.doesNotMatch(text, /header\.claims|OmhlYW|signature/);
    }
    const { reason } = failureOf(() => check(once, 400, body(`of ${token.reveal()} no`, 'X')));
    assert.equal(reason, 'of *** no');
  });

  it('is shown unchanged if there is no token to hide', () => {
    const empty = { ...once, token: new Secret('') };
    assert.equal(failureOf(() => check(empty, 400, body('No way', 'X'))).reason, 'No way');
  });

  it('that is not JSON is unclear, or may be requested again', () => {
    assert.deepEqual(jsonOf(once, '{"a":1}'), { a: 1 });
    for (const text of ['', 'OK', '{"a":']) {
      assert.equal(failureOf(() => jsonOf(once, text)).failure, 'unclear');
      assert.equal(failureOf(() => jsonOf(repeatable, text)).failure, 'unavailable');
    }
  });
});

describe('A call without a response', () => {
  const cases: readonly [string, boolean, AzureFailure, AzureFailure][] = [
    ['ECONNREFUSED', false, 'unavailable', 'unavailable'],
    ['ENOTFOUND', false, 'unavailable', 'unavailable'],
    ['TIMEOUT', false, 'unavailable', 'unavailable'],
    ['TIMEOUT', true, 'unavailable', 'unclear'],
    ['ECONNRESET', true, 'unavailable', 'unclear'],
    ['UND_ERR_SOCKET', true, 'unavailable', 'unclear'],
    ['HPE_INVALID_CONSTANT', true, 'unavailable', 'unclear'],
    ['TOO_LARGE', true, 'refused', 'unclear'],
    ['ADDRESS_REFUSED', false, 'blocked', 'blocked'],
  ];
  for (const [code, isSent, ofRepeatable, ofOther] of cases) {
    it(`with ${code} ${isSent ? 'after' : 'before'} it was sent is ${ofRepeatable}, or ${ofOther} if it may not be repeated`, () => {
      const broken = new BrokenExchange('it broke', code, isSent);
      assert.equal(classifyExchangeError(repeatable, broken).failure, ofRepeatable);
      assert.equal(classifyExchangeError(once, broken).failure, ofOther);
    });
  }

  it('is reported with its code', () => {
    const broken = new BrokenExchange('connect ECONNREFUSED 1.2.3.4:443', 'ECONNREFUSED', false);
    assert.equal(
      classifyExchangeError(once, broken).message,
      'POST event: connect ECONNREFUSED 1.2.3.4:443 (ECONNREFUSED)',
    );
  });

  it('has no cause, which might contain a part of the response', () => {
    const broken = new BrokenExchange(`echo of ${token.reveal()}`, 'HPE_INVALID_CONSTANT', true);
    const error = classifyExchangeError(once, broken);
    assert.deepEqual(
      [error.cause, error.reason],
      [undefined, 'echo of *** (HPE_INVALID_CONSTANT)'],
    );
  });
});

describe("The messages of Azure DevOps' errors", () => {
  it('include the type key, on one line and without the token', () => {
    const typeKey = `${token.reveal()}\n${'x'.repeat(500)}`;
    const error = failureOf(() => check(once, 400, body('no', typeKey)));
    assert.match(error.typeKey ?? '', /^\*\*\* ⏎ x{10,100}…/);
    assert.equal(failureOf(() => check(once, 400, body('no', ''))).typeKey, undefined);
    assert.equal(failureOf(() => check(once, 400, 'no JSON')).typeKey, undefined);
  });

  it('include what is wrong with a build, as it was reported (azure-devops.md §5.2)', () => {
    const text = JSON.stringify({
      $id: '1',
      customProperties: {
        ValidationResults: [
          { result: 'error', message: "A value for the 'a' parameter must be provided." },
          { result: 'error', message: "A value for the 'b' parameter must be provided." },
        ],
      },
      message: 'Could not queue the build because there were validation errors or warnings.',
      typeKey: 'BuildRequestValidationFailedException',
    });
    const { reason, typeKey } = failureOf(() => check(once, 400, text));
    assert.equal(typeKey, 'BuildRequestValidationFailedException');
    assert.equal(
      reason,
      "Could not queue the build because there were validation errors or warnings. ⏎ A value for the 'a' parameter must be provided. ⏎ A value for the 'b' parameter must be provided.",
    );
  });

  for (const properties of [
    null,
    1,
    {},
    { ValidationResults: 'x' },
    { ValidationResults: [null, 1, {}] },
  ]) {
    it(`omit only the details if those are ${JSON.stringify(properties)}`, () => {
      const text = JSON.stringify({ message: 'no', typeKey: 'x', customProperties: properties });
      assert.equal(failureOf(() => check(once, 400, text)).reason, 'no');
    });
  }
});
