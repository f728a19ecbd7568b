import assert from 'node:assert/strict';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { Effect } from '../../../src/argocd/rest/answer.ts';
import { jsonOf, messageOf } from '../../../src/argocd/rest/answer.ts';
import type { HttpResponse } from '../../../src/argocd/rest/http.ts';
import type { Failure } from '../../../src/sync/model/failure.ts';
import { allRecordings, readRecording } from '../../../simulators/argo-cd/recording.ts';

/** What the recorded refusals mean, in order. */
const recorded: Readonly<Record<string, readonly Failure[]>> = {
  'auto-sync': ['auto-sync', 'auto-sync'],
  'deleted-during': ['not-found', 'not-found'],
  errors: [
    'hidden', // a missing application, requested without its project
    'not-found', // the same with its project
    'not-found', // another project's application
    'unauthenticated', // no token
    'unauthenticated', // a token with one segment
    'unauthenticated', // a malformed token
    'refused', // a truncated body
    'not-argocd', // 415
    'refused', // a string instead of a Boolean
    'hidden',
    'not-found',
    'not-argocd', // 415 of a DELETE
    'refused', // an unknown history id
    'refused', // a string instead of a history id
    'not-argocd', // an unknown route
    'not-argocd', // an unknown version
    'not-argocd', // 405
    'refused', // an invalid selector
    'unauthenticated', // a login with a wrong password
  ],
  'hydrated-auto-sync': ['auto-sync'],
  'hydrated-never-yet': ['refused', 'busy'],
  'multi-source': ['refused'],
  revision: ['refused'],
  'skip-reconcile': ['no-operation'],
  terminate: ['no-operation', 'busy', 'refused', 'no-operation'],
  twins: ['not-found', 'hidden'],
  'window-closed': ['window-closed'],
};

function answer(status: number, body: unknown, headers: HttpResponse['headers'] = {}) {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function refusal(code: number, message: string) {
  return { error: message, code, message };
}

function wholeOf<T>(reading: Generator<number, T>): T {
  for (;;) {
    const next = reading.next();
    if (next.done === true) return next.value;
  }
}

function errorOf(effect: Effect, response: HttpResponse): ArgoCDError {
  try {
    wholeOf(jsonOf('GET /x', effect, response));
  } catch (error) {
    assert.ok(error instanceof ArgoCDError, String(error));
    return error;
  }
  assert.fail('the answer was taken');
}

describe('A response', () => {
  it('is classified for each of the 36 recorded refusals', () => {
    const found = new Map<string, Failure[]>();
    for (const name of allRecordings) {
      for (const { request, response } of readRecording(name)) {
        if (request === undefined || response === undefined || response.status === 200) continue;
        const effect = request.method === 'GET' ? 'read' : 'change';
        const error = errorOf(effect, answer(response.status, response.body));
        assert.equal(error.status, response.status);
        const { message = String(response.body).trim() } = response.body as { message?: string };
        assert.ok(error.message.startsWith('GET /x: '));
        assert.ok(error.reason.includes(message), error.reason);
        found.set(name, [...(found.get(name) ?? []), error.failure]);
      }
    }
    assert.deepEqual(Object.fromEntries(found), recorded);
    assert.equal([...found.values()].flat().length, 36);
  });

  const refusals: readonly [string, number, number, string, Failure, Failure][] = [
    [
      'token expired',
      401,
      16,
      'invalid session: token is expired',
      'unauthenticated',
      'unauthenticated',
    ],
    [
      'lacking right',
      403,
      7,
      'permission denied: applications, sync, p/a, sub: ci',
      'forbidden',
      'forbidden',
    ],
    ['hidden application', 403, 7, 'permission denied', 'hidden', 'hidden'],
    [
      'unreadable window',
      403,
      7,
      'cannot sync: invalid sync window: x',
      'window-closed',
      'window-closed',
    ],
    [
      'rollback of an auto-sync application',
      400,
      9,
      'rollback cannot be initiated when auto-sync is enabled',
      'auto-sync',
      'auto-sync',
    ],
    [
      'multi-source auto-sync',
      400,
      9,
      'Cannot sync source x to y: auto-sync currently set to z',
      'auto-sync',
      'auto-sync',
    ],
    [
      'local manifests',
      400,
      9,
      'cannot use local sync when Automatic Sync Policy is enabled unless for dry run',
      'auto-sync',
      'auto-sync',
    ],
    ['deletion', 400, 9, 'application is deleting', 'deleting', 'deleting'],
    [
      'repo server down',
      400,
      9,
      'error resolving repo revision: rpc error: code = Unavailable desc = connection error: desc = "connection refused"',
      'unavailable',
      'unavailable',
    ],
    [
      'a repository whose host cannot be resolved for now',
      400,
      9,
      'error resolving repo revision: rpc error: code = Unknown desc = failed to list refs: dial tcp: lookup git.example.com: no such host',
      'internal',
      'internal',
    ],
    [
      'a repository that fails with another message',
      400,
      9,
      'error resolving repo revision: rpc error: code = Internal desc = something new',
      'internal',
      'internal',
    ],
    ['an unknown message about the request', 400, 3, 'something new', 'refused', 'refused'],
    [
      'missing project',
      400,
      3,
      'app is not allowed in project "p", or the project does not exist',
      'refused',
      'refused',
    ],
    ['source position', 500, 2, 'source position is out of range', 'refused', 'refused'],
    ['panic', 500, 13, 'runtime error: index out of range [1] with length 1', 'refused', 'refused'],
    ['broken etcd', 500, 2, 'etcdserver: leader changed', 'unavailable', 'unclear'],
    ['an unexpected message', 500, 2, 'something new', 'internal', 'internal'],
    [
      'unparsable sync windows',
      500,
      2,
      "invalid sync windows: cannot parse schedule '* 7-24 * * *': end of range (24) above maximum (23): 7-24",
      'refused',
      'refused',
    ],
    [
      'an oversized message',
      429,
      8,
      'grpc: received message larger than max (209715201 vs. 209715200)',
      'refused',
      'refused',
    ],
    ['a missing repository', 404, 5, 'repository not found', 'refused', 'refused'],
    [
      'a missing application',
      404,
      5,
      'applications.argoproj.io "shop" not found',
      'not-found',
      'not-found',
    ],
    [
      'a missing revision',
      400,
      9,
      "error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'x' to a commit SHA",
      'refused',
      'refused',
    ],
    [
      'an identity provider that is down',
      401,
      16,
      'invalid session: failed to query provider "https://dex": dial tcp 10.0.0.1:5556: connect: connection refused',
      'unavailable',
      'unavailable',
    ],
    ['cut line', 500, 2, 'rpc error: code = Unavailable desc = EOF', 'unavailable', 'unclear'],
    ['conflict', 409, 10, 'Operation cannot be fulfilled', 'unavailable', 'unavailable'],
    ['load', 429, 8, 'too many requests', 'unavailable', 'unavailable'],
    ['canceled', 408, 1, 'context canceled', 'unavailable', 'unclear'],
    ['overload', 503, 14, 'the server is currently unable', 'unavailable', 'unclear'],
    ['deadline', 504, 4, 'context deadline exceeded', 'unavailable', 'unclear'],
    ['unimplemented', 501, 12, 'unknown method', 'refused', 'refused'],
    ['another 4xx status', 418, 2, 'tea', 'refused', 'refused'],
    ['canceled, as newer gateways report it', 499, 1, 'context canceled', 'unavailable', 'unclear'],
    [
      'a conflict, reported as a failed precondition',
      412,
      9,
      'the object has been modified; please apply your changes to the latest version',
      'unavailable',
      'unclear',
    ],
    ['another 5xx status', 599, 2, 'x', 'unavailable', 'unclear'],
  ];
  for (const [what, status, code, message, read, change] of refusals) {
    it(`is ${read} for a read and ${change} for a change: ${what}`, () => {
      const response = answer(status, refusal(code, message));
      assert.equal(errorOf('read', response).failure, read);
      assert.equal(errorOf('change', response).failure, change);
      assert.equal(errorOf('read', response).reason, message);
    });
  }

  const foreign: readonly [number, Failure, Failure][] = [
    [400, 'not-argocd', 'not-argocd'],
    [401, 'not-argocd', 'not-argocd'],
    [403, 'not-argocd', 'not-argocd'],
    [404, 'not-argocd', 'not-argocd'],
    [407, 'unreachable', 'unreachable'],
    [408, 'unavailable', 'unclear'],
    [413, 'refused', 'refused'],
    [414, 'refused', 'refused'],
    [431, 'refused', 'refused'],
    [429, 'unavailable', 'unavailable'],
    [500, 'unavailable', 'unclear'],
    [502, 'unavailable', 'unclear'],
    [503, 'unavailable', 'unclear'],
    [504, 'unavailable', 'unclear'],
    [520, 'unavailable', 'unclear'],
  ];
  const pages: readonly [string, string][] = [
    ['a page', '<html>\n<h1>Oh no</h1></html>'],
    ['an empty body', ''],
    ["another gateway's JSON", '{"message":"no Route matched with those values"}'],
    ["Kubernetes' JSON", '{"kind":"Status","message":"not found","code":404}'],
    ['a list', '[1]'],
    ['null', 'null'],
  ];
  for (const [status, read, change] of foreign) {
    it(`is ${read} or ${change} if something else responds with ${status}, which is shown`, () => {
      for (const [, text] of pages) {
        for (const [effect, failure] of [
          ['read', read],
          ['change', change],
        ] as const) {
          const error = errorOf(effect, answer(status, text));
          assert.equal(error.failure, failure);
          assert.match(error.reason, new RegExp(`HTTP ${status}`));
          assert.ok(error.reason.includes(JSON.stringify(text)), error.reason);
        }
      }
    });
  }

  it('is not a refusal if it is a page with status 200: a change may have taken effect', () => {
    for (const [effect, failure] of [
      ['read', 'not-argocd'],
      ['change', 'unclear'],
    ] as const) {
      const error = errorOf(effect, answer(200, '<html>Sign in</html>'));
      assert.equal(error.failure, failure);
      assert.match(error.reason, /^this is not Argo CD's API: /);
      assert.match(
        error.reason,
        /wrong root path, or a proxy's login page \(HTTP 200\): "<html>Sign/,
      );
    }
  });

  it('shows at most 200 characters of a foreign body', () => {
    const { reason } = errorOf('read', answer(404, 'y'.repeat(1_000_000)));
    assert.equal(reason.match(/"(y*)"/)?.[1]?.length, 200);
  });

  it('is not from Argo CD if it redirects, and names the target', () => {
    const location = 'https://login.example.com/?x';
    const error = errorOf('change', answer(307, '', { location }));
    assert.equal(error.failure, 'not-argocd');
    assert.match(
      error.reason,
      /redirects to https:\/\/login\.example\.com\/\?x; the token is not sent there/,
    );
    assert.match(errorOf('read', answer(302, '')).reason, /redirects to somewhere else/);
    const long = errorOf('read', answer(302, '', { location: 'z'.repeat(9999) }));
    assert.ok(long.reason.length < 500);
  });

  it('keeps how long the server asks to wait', () => {
    const headers = { 'retry-after': '7' };
    for (const body of [refusal(14, 'away'), '<html>']) {
      assert.equal(errorOf('read', answer(503, body, headers)).retryAfter, 7000);
      assert.equal(errorOf('read', answer(429, body, headers)).retryAfter, 7000);
    }
  });

  it('is the JSON of every success', () => {
    assert.deepEqual(wholeOf(jsonOf('GET /x', 'read', answer(200, { a: [1] }))), { a: [1] });
    assert.deepEqual(wholeOf(jsonOf('DELETE /x', 'change', answer(201, '{}'))), {});
  });
});

describe('The message of a refusal', () => {
  const cases: readonly [string, unknown, unknown][] = [
    ['of a call', refusal(9, 'busy'), 'busy'],
    [
      'in a stream',
      { error: { grpc_code: 7, http_code: 403, message: 'no', http_status: 'Forbidden' } },
      'no',
    ],
    ['without a message', { error: 'busy', code: 9 }, 'busy'],
    ['with an empty message', { error: 'busy', code: 9, message: '' }, 'busy'],
    ['without text', { code: 9, message: '' }, ''],
    ['with details', { code: 9, message: 'busy', details: [{ error: 'x' }] }, 'busy'],
    ['in a nested error', { error: { error: { code: 9, message: 'x' } } }, undefined],
    ['with a code as a string', { code: '9', message: 'busy' }, undefined],
    ['with the code of a success', { code: 0, message: 'busy' }, undefined],
    ['with a code that gRPC does not define', { code: 17, message: 'busy' }, undefined],
    ['in a list', [{ code: 9, message: 'busy' }], undefined],
    ['of another gateway', { message: 'busy' }, undefined],
    ['with an HTTP status as code', { message: 'busy', code: 404 }, undefined],
    ['that is not a string', { message: 1, code: 9 }, undefined],
    ['that is null', null, undefined],
    ['that is a plain string', 'no', undefined],
    ['that is empty', {}, undefined],
  ];
  for (const [what, json, expected] of cases) {
    it(`${what} is ${expected === undefined ? "not Argo CD's" : 'read'}`, () => {
      assert.deepEqual(messageOf(json), expected);
    });
  }

  it('are not searched for at unlimited depth', () => {
    const depth = 200_000;
    const deep: unknown = JSON.parse(`${'{"error":'.repeat(depth)}1${'}'.repeat(depth)}`);
    assert.equal(messageOf(deep), undefined);
  });
});
