import assert from 'node:assert/strict';
import { rootCertificates } from 'node:tls';
import { inspect } from 'node:util';
import {
  readConnection,
  secretsOf,
  type ConnectionReading,
  type ConnectionSource,
} from '../../src/task/connection.ts';

interface Given {
  readonly url?: string;
  readonly scheme?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const [certificate = '', other = ''] = rootCertificates;

function source(given: Given): ConnectionSource {
  return {
    endpoint: () => ({
      url: given.url ?? 'https://argocd.example.com/',
      scheme: given.scheme ?? 'Token',
      secret: (field) => (given.secrets ?? { apitoken: 'token-1' })[field],
      data: (field) => given.data?.[field],
    }),
    variable: (name) => given.variables?.[name],
    readFile: (path) => given.files?.[path] ?? assert.fail(`no file ${path}`),
  };
}

function read(given: Given): Extract<ConnectionReading, { connection: unknown }> {
  const reading = readConnection('c1', source(given));
  return 'connection' in reading ? reading : assert.fail(inspect(reading));
}

function refused(given: Given): readonly string[] {
  const reading = readConnection('c1', source(given));
  assert.ok('faults' in reading);
  return reading.faults.map(({ value, problem }) => (value ? `${value}: ${problem}` : problem));
}

describe('The service connection', () => {
  it('needs a URL and a token', () => {
    const { connection, warnings } = read({});
    const { credential, ...rest } = connection;
    assert.deepEqual(rest, {
      url: 'https://argocd.example.com',
      ca: undefined,
      skipTlsVerify: false,
      headers: [],
      proxy: undefined,
    });
    assert.equal(credential.kind === 'token' && credential.token.reveal(), 'token-1');
    assert.deepEqual(warnings, []);
  });

  for (const [text, url] of [
    ['https://a.example/', 'https://a.example'],
    ['https://A.example:8443//argo//cd/', 'https://a.example:8443/argo/cd'],
    [' https://a.example/argo ', 'https://a.example/argo'],
    ['https://[::1]:8080/', 'https://[::1]:8080'],
  ] as const) {
    it(`has its URL normalized: ${text}`, () => {
      assert.equal(read({ url: text }).connection.url, url);
    });
  }

  for (const [text, url] of [
    ['https://a.example/login?return_url=x', 'https://a.example'],
    ['https://a.example/applications/argocd/shop?view=tree&resource=#x', 'https://a.example'],
    ['https://a.example/argo-cd/applications', 'https://a.example/argo-cd'],
    ['https://a.example/api/v1/', 'https://a.example'],
    ['https://a.example/argo-cd/settings/clusters', 'https://a.example/argo-cd'],
  ] as const) {
    it(`uses the server's part of a page's URL, and says so: ${text}`, () => {
      const { connection, warnings } = read({ url: text });
      assert.equal(connection.url, url);
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]?.includes(`: using ${url}.`), warnings[0]);
    });
  }

  it('accepts a token without what was copied with it', () => {
    for (const apitoken of ['"token-1"', '“token-1”', ' Bearer token-1\n', "'Bearer token-1'"]) {
      const { credential } = read({ secrets: { apitoken } }).connection;
      assert.equal(credential.kind === 'token' && credential.token.reveal(), 'token-1');
    }
  });

  it('keeps a password unchanged, even if a part of it looks like a variable', () => {
    const secrets = { username: 'me', password: '"a$(b)c" ' };
    const { credential } = read({ scheme: 'UsernamePassword', secrets }).connection;
    assert.equal(credential.kind === 'password' && credential.password.reveal(), secrets.password);
  });

  const refusals: readonly (readonly [string, Given, readonly string[]])[] = [
    ['without a URL', { url: ' ' }, ['c1: the agent does not know this service connection']],
    ['with an empty URL', { url: 'argocd' }, ['argocd: the server URL is not a URL']],
    [
      'with another protocol',
      { url: 'ftp://a' },
      ['ftp:: the server URL is neither https nor http'],
    ],
    [
      'with a password in the URL, which is not shown',
      { url: 'https://u:secret@a/' },
      ['the server URL contains a user name or password'],
    ],
    [
      'with a query',
      { url: 'https://a/argo?view=tree' },
      ['?view=tree: the server URL contains more than host and path'],
    ],
    [
      'with variables in all its fields, all at once',
      {
        url: 'https://$(host)/',
        secrets: { apitoken: '"$(argocdToken)"', extraHeaders: 'A: b\nX-Key: Bearer ${{ key }}' },
        data: { caCertificate: '$(Two Words)', skipTlsVerify: "$[ variables['x'] ]" },
      },
      [
        '$(host): the server URL contains a variable, but connections do not expand variables',
        '$(argocdToken): the API token contains a variable, but connections do not expand variables',
        '${{ key }}: line 2 of the extra headers contains a variable, but connections do not expand variables',
        '$(Two Words): the CA certificate contains a variable, but connections do not expand variables',
        `$[ variables['x'] ]: "Accept any certificate" contains a variable, but connections do not expand variables`,
      ],
    ],
    [
      'with variables for user name and password',
      { scheme: 'UsernamePassword', secrets: { username: '$(u)', password: ' $(p) ' } },
      [
        '$(u): the user name contains a variable, but connections do not expand variables',
        '$(p): the password contains a variable, but connections do not expand variables',
      ],
    ],
    ['without a token', { secrets: {} }, ['the service connection has no API token']],
    [
      'with an impossible token, which is not shown',
      { secrets: { apitoken: 'two words' } },
      ['the API token is invalid'],
    ],
    [
      'without a password',
      { scheme: 'UsernamePassword', secrets: { username: 'admin' } },
      ['the service connection lacks user name or password'],
    ],
    [
      'with another scheme',
      { scheme: 'OAuth2' },
      ['OAuth2: the service connection has an unsupported authentication scheme'],
    ],
    [
      'with an invalid certificate',
      { data: { caCertificate: '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----' } },
      ['the CA certificate cannot be read'],
    ],
    [
      'with several faults, all at once',
      { url: 'x', secrets: { extraHeaders: 'nonsense' } },
      [
        'x: the server URL is not a URL',
        'the service connection has no API token',
        'line 1 of the extra headers is not `Name: value`',
      ],
    ],
  ];
  for (const [what, given, faults] of refusals) {
    it(`is refused ${what}`, () => assert.deepEqual(refused(given), faults));
  }

  it('may have a user name and password', () => {
    const secrets = { username: ' admin ', password: ' p w ' };
    const { credential } = read({ scheme: 'UsernamePassword', secrets }).connection;
    assert.ok(credential.kind === 'password');
    assert.equal(credential.username, 'admin');
    assert.equal(credential.password.reveal(), ' p w ');
  });

  it('accepts a token as it is pasted', () => {
    const { credential } = read({ secrets: { apitoken: ' Bearer abc.def\n' } }).connection;
    assert.equal(credential.kind === 'token' && credential.token.reveal(), 'abc.def');
  });

  it('accepts a certificate, even if its line breaks became spaces', () => {
    const pasted = `${certificate}\n${other}`.replace(/\n/g, ' ');
    const { ca } = read({ data: { caCertificate: pasted } }).connection;
    assert.equal(ca, `${certificate.trim()}\n${other.trim()}`);
  });

  it("also trusts the agent's certificates", () => {
    const { connection, warnings } = read({
      data: { caCertificate: certificate },
      variables: { 'Agent.CAInfo': '/ca.pem' },
      files: { '/ca.pem': other },
    });
    assert.equal(connection.ca, `${certificate.trim()}\n${other.trim()}`);
    assert.deepEqual(warnings, []);
  });

  it("continues without the agent's certificates if they cannot be read", () => {
    const { connection, warnings } = read({ variables: { 'Agent.CAInfo': '/gone.pem' } });
    assert.equal(connection.ca, undefined);
    assert.match(warnings.join(), /Agent\.CAInfo/);
  });

  it('clearly warns if any certificate is accepted, or none is requested', () => {
    const { connection, warnings } = read({ data: { skipTlsVerify: 'true' } });
    assert.equal(connection.skipTlsVerify, true);
    assert.match(warnings.join(), /accepts any certificate/);
    assert.match(read({ url: 'http://a' }).warnings.join(), /not encrypted/);
    assert.match(read({ url: 'http://127.example' }).warnings.join(), /not encrypted/);
    for (const url of ['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:80/argo']) {
      assert.deepEqual(read({ url }).warnings, []);
    }
  });

  it("uses the agent's proxy", () => {
    const variables = { 'Agent.ProxyUrl': 'http://proxy:3128', 'Agent.ProxyUsername': 'u' };
    assert.equal(read({ variables }).connection.proxy?.reveal(), 'http://u@proxy:3128/');
  });

  for (const typed of ['svc:100%sure', 's%vc:x', 'svc:%', 'svc:a@b:c/d#e', 'svc:\ud800']) {
    it(`uses the proxy's credentials as they were typed: ${JSON.stringify(typed)}`, () => {
      const { connection } = read({
        variables: { 'Agent.ProxyUrl': `http://${typed}@proxy:3128/` },
      });
      const { username, password, host } = new URL(connection.proxy?.reveal() ?? '');
      assert.equal(host, 'proxy:3128');
      // As the libraries parse them, which would fail for a bare `%`.
      const sent = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      assert.equal(sent, typed.replace('\ud800', '\ufffd'));
      assert.ok(secretsOf(connection).includes(decodeURIComponent(password)));
    });
  }

  it('accepts any password', () => {
    for (const password of ['\ud800', '%', '%zz', '"']) {
      const { connection } = read({
        scheme: 'UsernamePassword',
        secrets: { username: 'me', password },
      });
      assert.ok(secretsOf(connection).includes(password));
    }
  });

  it('never shows a secret when it is printed', () => {
    const secrets = { apitoken: 'token-1', extraHeaders: 'X-Key: secret-2' };
    const variables = { 'Agent.ProxyUrl': 'http://u:secret-3@proxy' };
    const { connection } = read({ secrets, variables });
    const printed =
      inspect(connection, { depth: 9, showHidden: true }) + JSON.stringify(connection);
    assert.doesNotMatch(printed, /token-1|secret-/);
  });
});

describe('The secrets of a connection', () => {
  it('are masked in every form in which they may appear', () => {
    const { connection } = read({
      scheme: 'UsernamePassword',
      secrets: {
        username: 'me',
        password: 'p"w/',
        extraHeaders: 'X-Key: long-secret\nAuth2: Basic bWU6cHc=\nX-Flag: true',
      },
      variables: {
        'Agent.ProxyUrl': 'http://p',
        'Agent.ProxyUsername': 'u',
        'Agent.ProxyPassword': 'a b',
      },
    });
    assert.deepEqual(secretsOf(connection), [
      'p"w/',
      'p%22w%2F',
      'p\\"w/',
      'bWU6cCJ3Lw==',
      'bWU6cCJ3Lw%3D%3D',
      'long-secret',
      'Basic bWU6cHc=',
      'Basic%20bWU6cHc%3D',
      'bWU6cHc=',
      'bWU6cHc%3D',
      'a b',
      'a%20b',
    ]);
  });
});
