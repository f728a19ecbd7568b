import fc from 'fast-check';
import {
  checkSections,
  eventSections,
  gateSections,
  syncSections,
} from '../../../src/handler/http/sync-sections.ts';
import {
  clientToken,
  jobToken,
  leastSync,
  planId,
  renderSections,
  requestHeaders,
} from './example-requests.ts';

export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

interface Route {
  readonly path: string;
  /** The length that its body claims. */
  readonly names: readonly string[];
  readonly method?: string;
  /** Whether hooks call it, whose bodies differ. */
  readonly isOfHooks?: boolean;
}

const routes: readonly Route[] = [
  { path: '/v1/syncs', names: syncSections },
  { path: '/v1/gate', names: gateSections },
  { path: '/v1/checks', names: checkSections },
  { path: '/v1/events/claim', names: eventSections },
  { path: '/v1/syncs/cancel', names: [] },
  { path: '/v1/whoami', names: [], method: 'GET' },
  { path: '/v1/hooks', names: [], isOfHooks: true },
  { path: '/v1/hooks/123456789012345?wait=1', names: [], method: 'GET', isOfHooks: true },
];

/** Text that has broken parsers before. */
const fragment = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\0',
    '"',
    '\\',
    '{',
    '}',
    '[',
    '{{{',
    '$(System.AccessToken)',
    'true',
    'null',
    '1e999',
    '-1',
    '99999999999999999999',
    '__proto__',
    'constructor',
    '##vso[task.complete]',
    '../..',
    '%00',
    '\u202e',
    '\ud800',
    `--${planId}`,
    `\n--${planId} prune\ntrue`,
    `--${planId} ${'x'.repeat(300)}`,
    jobToken,
    clientToken,
    'x'.repeat(9_000),
    ','.repeat(2_000),
    'a,'.repeat(1_500),
    '('.repeat(500),
    '*'.repeat(500),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Node returns header values as Latin-1. */
const headerText = fc.oneof(
  fragment.map((text) => text.replace(/[^\t\x20-\xff]|\x7f/g, '').trim()),
  fc.constantFrom('', ' ', 'build', 'Cancel', 'deployment', planId, planId.toUpperCase(), '4711'),
  fc.constantFrom(
    'https://dev.azure.com/fabrikam/',
    'https://dev.azure.com/fabrikam/..',
    'https://dev.azure.com%2ffabrikam',
    'http://169.254.169.254/',
    'https://[::ffff:127.0.0.1]/',
    'application/json',
    'text/plain; charset=utf-8',
    'multipart/form-data; boundary=x',
  ),
);

const headers = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom(...Object.keys(requestHeaders), 'BuildId', 'RequestType', 'Expect'),
      fc.option(headerText, { nil: undefined }),
      { maxKeys: 3, noNullPrototype: true },
    ),
    fc.boolean(),
  )
  .map(([changes, isMutated]) =>
    Object.entries({ ...requestHeaders, ...(isMutated ? changes : {}) }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );

const value = fc.oneof(fragment, fc.constantFrom('bank', 'true', 'terminate', 'rollback', '0'));

const texts = fc
  .oneof(
    {
      weight: 7,
      arbitrary: fc.dictionary(fc.constantFrom(...syncSections), value, {
        ...{ maxKeys: 2, noNullPrototype: true },
      }),
    },
    // Chance alone seldom makes a valid request that no rule allows.
    fc.constant({ azureProject: 'bank' }),
  )
  .map((changes) => ({ ...leastSync, ...changes }));

/** What a hook says. */
const leastHook = {
  application: 'shop-web',
  hook: { name: 'smoke-tests', namespace: 'shop' },
  queue: 'shop/smoke-tests',
};
const hook = fc
  .dictionary(
    fc.constantFrom(...Object.keys(leastHook), 'argocd', 'phase', 'complete', 'each'),
    fc.oneof(
      value,
      fc.constantFrom(true, 1, null, {}, ['x'], { pipeline: 'shop/x', branch: '{{' }),
    ),
    { maxKeys: 2, noNullPrototype: true },
  )
  .map((changes) => ({ ...leastHook, ...changes }));

/** The position in the text, how much is cut out there, and what is inserted. */
const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), fragment);

/** Requests of all kinds, from valid ones to nonsense. */
export const fuzzedRequest: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 15, arbitrary: fc.constant(undefined) },
      fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS'),
    ),
    route: fc.constantFrom(...routes),
    path: fc.oneof(
      { weight: 15, arbitrary: fc.constantFrom('', '/', '//') },
      fc.constantFrom('/', '/v1', '/v1/syncs/%', '/v1/%2e%2e/x', '/v1/syncs?x=%zz', '/livez'),
      fc.webPath(),
    ),
    headers,
    form: fc.constantFrom('sections', 'json', 'other'),
    texts,
    hook,
    other: fc.oneof(fc.json(), fragment),
    edits: fc.oneof(fc.array(edit, { maxLength: 0 }), fc.array(edit, { maxLength: 3 })),
  })
  .map(({ method, route, path, headers, form, texts, hook, other, edits }) => {
    const known = Object.entries(texts).filter(([name]) => route.names.includes(name));
    const bodies = {
      sections:
        route.isOfHooks === true ? JSON.stringify(hook) : renderSections(texts, route.names),
      json: JSON.stringify(route.isOfHooks === true ? hook : Object.fromEntries(known)),
      other,
    };
    const body = edits.reduce((text, [place, length, filling]) => {
      const at = Math.floor(place * text.length);
      return text.slice(0, at) + filling + text.slice(at + length);
    }, bodies[form]);
    return {
      method: method ?? route.method ?? 'POST',
      path: /^\/*$/.test(path) ? path + route.path : path,
      headers,
      body,
    };
  });
