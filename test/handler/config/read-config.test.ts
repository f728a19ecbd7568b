import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { noHooks } from '../../../src/handler/config/hooks-config.ts';
import { printConfigFault, readConfig } from '../../../src/handler/config/read-config.ts';
import {
  client,
  configFrom,
  faultsFrom,
  hash,
  secrets,
  source,
  tenant,
  whole,
} from './whole-config.ts';

describe('A configuration', () => {
  it('is read with every setting', () => {
    const { adminToken, encryptionKeys, argocd, followUps, ...rest } = configFrom(whole);
    assert.equal(adminToken?.reveal(), secrets.admin);
    assert.deepEqual(
      encryptionKeys.map((key) => key.reveal()),
      [secrets.key],
    );
    const [{ token, ...instance } = { token: undefined }] = argocd;
    assert.equal(token?.reveal(), secrets.token);
    assert.deepEqual(instance, {
      name: 'prod',
      url: 'https://argocd.example.com',
      namespace: 'gitops',
      ca: undefined,
      skipTlsVerify: false,
      publicUrl: 'https://argocd.fabrikam.example',
    });
    assert.deepEqual(
      followUps.map(({ name, do: action }) => [name, action.kind]),
      [
        ['smoke-tests', 'queuePipeline'],
        ['report', 'postWebHook'],
      ],
    );
    assert.deepEqual(rest, {
      publicUrl: 'https://handler.example.com/argocd',
      listen: { public: { host: '0.0.0.0', port: 8443 }, admin: { host: '::', port: 9443 } },
      store: { sqlite: '/srv/data/handler.db' },
      keyFile: '/srv/data/key',
      retention: 90 * 86_400_000,
      azureDevOps: {
        organizations: [
          { url: 'https://dev.azure.com/fabrikam', isPrivate: false, pat: undefined },
          { url: 'https://tfs.example.com/tfs/Main', isPrivate: true, pat: undefined },
        ],
        tokenLifetime: 48 * 3_600_000,
        identity: {
          kind: 'workloadIdentity',
          tenant,
          clientId: client,
          authority: 'https://login.microsoftonline.com',
          tokenFile: '/srv/token',
        },
      },
      clients: [{ name: 'fabrikam', digests: ['1a'.repeat(32), '2b'.repeat(32)] }],
      rules: [
        {
          client: 'fabrikam',
          azureProjects: ['shop', 'My Project'],
          argocd: 'prod',
          appProjects: ['default'],
          applications: ['shop-*', 'team/web'],
          actions: ['sync', 'prune', 'gate'],
        },
      ],
      grants: [
        {
          argocd: 'prod',
          appProjects: ['default'],
          organization: 'fabrikam',
          azureProjects: ['shop'],
          pipelines: ['smoke-*'],
        },
      ],
      followUpLimits: {
        catchUp: 3_600_000,
        keepTrying: 24 * 3_600_000,
        chainDepth: 3,
        actionsPerHour: 100,
      },
      hooks: {
        audience: 'hooks.example.com',
        callers: [
          { kind: 'tokenReview', name: 'here', kubeconfig: undefined, context: undefined },
          { kind: 'oidc', name: 'edge', issuer: 'https://oidc.example.com/edge/', keys: undefined },
        ],
        grants: [
          {
            caller: 'here',
            namespaces: ['shop', 'shop-*'],
            serviceAccounts: ['argocd-hooks'],
            argocd: 'prod',
            appProjects: ['default'],
            applications: ['shop-*'],
            queue: [
              { organization: 'fabrikam', azureProjects: ['shop'], pipelines: ['\\smoke\\*'] },
            ],
          },
        ],
      },
      limits: { requestsPerSecond: 5, burst: 10, pendingRuns: 100 },
      logLevel: 'debug',
    });
  });

  it('has defaults for everything', () => {
    assert.deepEqual(configFrom(''), {
      publicUrl: 'http://localhost:8080',
      listen: {
        public: { host: '127.0.0.1', port: 8080 },
        admin: { host: '127.0.0.1', port: 9090 },
      },
      adminToken: undefined,
      store: { sqlite: '/srv/data/handler.db' },
      encryptionKeys: [],
      keyFile: '/srv/data/key',
      retention: 30 * 86_400_000,
      azureDevOps: { organizations: [], tokenLifetime: 24 * 3_600_000, identity: undefined },
      argocd: [],
      clients: [],
      rules: [],
      followUps: [],
      grants: [],
      followUpLimits: {
        catchUp: 24 * 3_600_000,
        keepTrying: 72 * 3_600_000,
        chainDepth: 5,
        actionsPerHour: 600,
      },
      hooks: noHooks,
      limits: { requestsPerSecond: 200, burst: 2_000, pendingRuns: 20_000 },
      logLevel: 'info',
    });
  });

  it('can be printed without a secret in it', () => {
    const config = configFrom(whole);
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: null, showHidden: true, getters: true }),
      `${String(config.adminToken)}`,
    ].join('\n');
    for (const secret of Object.values(secrets)) assert.ok(!printed.includes(secret));
  });
});

/** Each line of a file, and its fault. */
const faults: readonly [string, string][] = [
  ['listn: {}', 'handler.yaml:1: listn: unknown setting. Did you mean `listen`?'],
  [
    'color: blue',
    'handler.yaml:1: color: unknown setting. Known settings: publicUrl, listen, adminToken, store, encryptionKeys, retention, azureDevOps, argocd, clients, rules, followUps, grants, followUpLimits, hooks, limits, logLevel.',
  ],
  [
    'azureDevOps: { organisations: [] }',
    'handler.yaml:1: azureDevOps.organisations: unknown setting. Did you mean `organizations`?',
  ],
  [
    'azureDevOps:\n  organizations:\n    - { url: https://dev.azure.com/fabrikam, privat: true }',
    'handler.yaml:3: azureDevOps.organizations[0].privat: unknown setting. Did you mean `private`?',
  ],
  [
    'publicUrl: http://handler.example.com',
    'handler.yaml:1: publicUrl "http://handler.example.com": it uses http, so tokens would be sent to it in plain text. Use https, and terminate TLS at the ingress or a proxy in front of the handler.',
  ],
  [
    'publicUrl:',
    'handler.yaml:1: publicUrl: it is empty. Write a string, in quotes if it looks like something else. Or remove the key.',
  ],
  [
    'listen: 8080',
    'handler.yaml:1: listen: it is a number. Write a mapping: `{ key: value }`, or one `key: value` per line.',
  ],
  [
    'listen:\n  public: localhost',
    'handler.yaml:2: listen.public "localhost": it is not `host:port`. Specify the address to listen on, such as `127.0.0.1:8080`, `0.0.0.0:8080` or `[::]:8080`.',
  ],
  [
    'listen: { admin: "0.0.0.0:9090" }',
    'handler.yaml:1: listen.admin "0.0.0.0:9090": it can be reached from other machines, but there is no adminToken. Set adminToken, which protects metrics and pages, or listen on `127.0.0.1`.',
  ],
  [
    'listen:\n  public: 127.0.0.1:9090\n  admin: 127.0.0.1:9090',
    'handler.yaml:3: listen.admin "127.0.0.1:9090": it is the same as listen.public. Choose another port: these pages must not be public.',
  ],
  [
    'adminToken: short',
    'handler.yaml:1: adminToken: it has fewer than 16 characters and could be guessed. Generate one with `handler new-key`.',
  ],
  [
    'adminToken: 1234567890123456',
    'handler.yaml:1: adminToken: it is a number. Write a string, in quotes if it looks like something else.',
  ],
  [
    'adminToken: ${env:EMPTY}',
    'handler.yaml:1: adminToken: it is empty. Provide it by reference: `${file:/path}` or `${env:NAME}`.',
  ],
  [
    'adminToken: ${env:NOPE}',
    "handler.yaml:1: adminToken: the environment variable NOPE is not set. Set it in the handler's environment, or check the spelling of its name.",
  ],
  [
    'argocd: [{ name: prod, url: https://x, token: "${env:NOPE}" }]',
    "handler.yaml:1: argocd[0].token: the environment variable NOPE is not set. Set it in the handler's environment, or check the spelling of its name.",
  ],
  [
    "store: { sqlite: ' ' }",
    'handler.yaml:1: store.sqlite: it is not a path. Use a path such as `./data/handler.db`.',
  ],
  [
    'encryptionKeys: []',
    'handler.yaml:1: encryptionKeys: the list is empty. Add at least one entry, or remove the list.',
  ],
  [
    'encryptionKeys:\n  - ${file:/run/key}\n  - a-password-of-mine',
    'handler.yaml:3: encryptionKeys[1]: it must be 32 random bytes, as base64 or as 64 hexadecimal digits. Generate one with `handler new-key`, or with `openssl rand -base64 32`.',
  ],
  [
    'retention: 30',
    'handler.yaml:1: retention "30": it is a number. Write a string, in quotes if it looks like something else.',
  ],
  [
    'retention: 30 days',
    'handler.yaml:1: retention "30 days": it is not a duration. Use a number followed by s, m, h or d, such as `24h`.',
  ],
  [
    'azureDevOps: { tokenLifetime: 72h }',
    'handler.yaml:1: azureDevOps.tokenLifetime "72h": it is not between 1h and 48h. Choose a duration in that range.',
  ],
  [
    'azureDevOps: { organizations: [https://dev.azure.com] }',
    'handler.yaml:1: azureDevOps.organizations[0] "https://dev.azure.com": it is not the URL of an organization or a collection. Use `https://dev.azure.com/<organization>`, or the collection of an on-premises server, such as `https://tfs.example.com/tfs/DefaultCollection`.',
  ],
  [
    'azureDevOps:\n  organizations:\n    - { url: https://dev.azure.com/fabrikam }\n    - https://Fabrikam.visualstudio.com/',
    'handler.yaml:4: azureDevOps.organizations[1] "https://Fabrikam.visualstudio.com/": this organization is listed twice. Change one of the two, or remove it.',
  ],
  [
    'argocd:\n  prod: { url: https://x }',
    'handler.yaml:1: argocd: it is a mapping. Write a list: `[a, b]`, or one `- …` per line.',
  ],
  [
    'argocd:\n  - name: prod\n    url: https://x',
    'handler.yaml:2: argocd[0].token: it is missing. Token of an account (`argocd account generate-token`), by reference.',
  ],
  [
    'argocd:\n  - { name: prod, url: "https://me:pw@x", token: t }',
    'handler.yaml:2: argocd[0].url: it contains a user name or a password. Remove them: credentials have their own settings.',
  ],
  [
    'argocd: [{ name: prod, url: https://x, token: t, skipTlsVerify: yes }]',
    'handler.yaml:1: argocd[0].skipTlsVerify "yes": it is a string. Write `true` or `false`.',
  ],
  [
    'argocd: [{ name: prod, url: https://x, token: t, ca: /etc/ca.pem }]',
    'handler.yaml:1: argocd[0].ca: it contains no valid certificate. Provide it as PEM, with its BEGIN CERTIFICATE and END CERTIFICATE lines.',
  ],
  [
    'argocd: [{ name: prod, url: https://x, token: t, namespace: Argo }]',
    'handler.yaml:1: argocd[0].namespace "Argo": it is not a valid namespace name. Write it as `kubectl get namespaces` prints it.',
  ],
  [
    'argocd:\n  - { name: prod, url: https://x, token: t }\n  - { name: prod, url: https://y, token: t }',
    'handler.yaml:3: argocd[1].name "prod": another Argo CD has this name. Change one of the two, or remove it.',
  ],
  [
    'clients: [{ name: a b, tokens: ["' + hash + '"] }]',
    'handler.yaml:1: clients[0].name "a b": it is not a valid name. Write up to 64 letters, digits, `-`, `_` and `.`.',
  ],
  [
    'clients: [{ name: a, tokens: [the-token-itself] }]',
    'handler.yaml:1: clients[0].tokens[0]: it is not `sha256:` and 64 hexadecimal digits. Hash the token with `handler hash-token`; do not put the token itself here.',
  ],
  [
    `clients: [{ name: a, tokens: ['${hash}', 'sha256:${'3c'.repeat(32)}', 'sha256:${'4d'.repeat(32)}'] }]`,
    'handler.yaml:1: clients[0].tokens: the list has more than 2 entries. Remove some.',
  ],
  [
    `clients:\n  - { name: a, tokens: ['${hash}'] }\n  - { name: b, tokens: ['${hash.toUpperCase().replace('SHA', 'sha')}'] }`,
    'handler.yaml:3: clients[1].tokens[0]: this hash is listed twice, so clients cannot be told apart. Change one of the two, or remove it.',
  ],
  [
    `clients:\n  - { name: a, tokens: ['${hash}'] }\n  - { name: a, tokens: ['sha256:${'3c'.repeat(32)}'] }`,
    'handler.yaml:3: clients[1].name "a": another client has this name. Change one of the two, or remove it.',
  ],
  [
    'limits: { burst: 0 }',
    'handler.yaml:1: limits.burst "0": it must be at least 1. Choose another number.',
  ],
  [
    'limits: { pendingRuns: 2000000 }',
    'handler.yaml:1: limits.pendingRuns "2000000": it must be at most 1000000. Choose another number.',
  ],
  [
    'limits: { requestsPerSecond: 1.5 }',
    'handler.yaml:1: limits.requestsPerSecond "1.5": it is a number. Write a whole number.',
  ],
  [
    'logLevel: verbose',
    'handler.yaml:1: logLevel "verbose": not a valid choice. Choose one of: debug, info, warn, error.',
  ],
  [
    '- a\n- b',
    'handler.yaml:1: it is a list. Write a mapping: `{ key: value }`, or one `key: value` per line.',
  ],
  [
    'publicUrl: https://x\n\tlogLevel: info',
    'handler.yaml:2: it is not valid YAML (tab characters must not be used in indentation). Fix this line or the one above it; indent with spaces, never with tabs.',
  ],
  [
    'logLevel: info\nlogLevel: warn',
    'handler.yaml:2: this key is written twice in the same mapping. Remove one of the two.',
  ],
  [
    "azureDevOps: { identity: { pat: '${file:/nope}' } }",
    "handler.yaml:1: azureDevOps.identity.pat: the file /nope cannot be read (ENOENT). Check its path, and that the handler's user may read it.",
  ],
  [
    "hooks: { callers: [{ name: a, hmac: '${env:HOOK_KEY}' }] }",
    "handler.yaml:1: hooks.callers[0].hmac: the environment variable HOOK_KEY is not set. Set it in the handler's environment, or check the spelling of its name.",
  ],
  [
    'hooks: { callers: [{ name: a, hmac: a-key-of-some-length }] }',
    'handler.yaml:1: hooks.callers[0].hmac: it is a string. Write a list: `[a, b]`, or one `- …` per line.',
  ],
  [
    'a: &x 1\nb: *x',
    'handler.yaml:2: this is an alias, and aliases are not supported. Replace it with its value.',
  ],
];

describe('A fault of the configuration', () => {
  for (const [text, expected] of faults) {
    it(`is reported with its line: ${text.split('\n').at(-1)?.trim().slice(0, 60)}`, () => {
      assert.deepEqual(faultsFrom(`${text}\n`), [expected]);
    });
  }

  const rules: readonly [string, string][] = [
    ['client: fabrikan', 'client "fabrikan": `clients` has no such name. Did you mean `fabrikam`?'],
    ['client: someone', 'client "someone": `clients` has no such name. Use one of: `fabrikam`.'],
    ['argocd: Prod', 'argocd "Prod": `argocd` has no such name. Did you mean `prod`?'],
    ['actions: [snyc]', 'actions[0] "snyc": not a valid choice. Did you mean `sync`?'],
    [
      'actions: [delete]',
      'actions[0] "delete": not a valid choice. Choose one of: sync, prune, force, terminate, rollback, gate, skipHooks, override, queue.',
    ],
    [
      'actions: sync',
      'actions "sync": it is a string. Write a list: `[a, b]`, or one `- …` per line.',
    ],
    [
      'applications: []',
      'applications: the list is empty. Add at least one entry, or remove the list.',
    ],
    [
      'applications: [Shop]',
      'applications[0] "Shop": this is not a valid application name. Write `name` or `namespace/name` in lowercase; `*` matches any text without a `/`.',
    ],
    [
      'applications: [a/b/c]',
      'applications[0] "a/b/c": this is not a valid application name. Write `name` or `namespace/name` in lowercase; `*` matches any text without a `/`.',
    ],
    [
      'appProjects: [a/b]',
      'appProjects[0] "a/b": this is not a valid AppProject name. Write its name in lowercase; `*` matches any text without a `/`.',
    ],
    [
      'azureProjects: [org/shop]',
      'azureProjects[0] "org/shop": this is not a valid Azure DevOps project name. Write its name or id; `*` matches any text.',
    ],
  ];
  for (const [line, expected] of rules) {
    it(`is reported for a rule: ${line}`, () => {
      const setting = line.slice(0, line.indexOf(':'));
      const text = whole.replace(new RegExp(`(rules:[^]*?)${setting}: .*`), `$1${line}`);
      const number = whole.slice(0, whole.indexOf(`${setting}: `, whole.indexOf('rules:')));
      assert.deepEqual(faultsFrom(text), [
        `handler.yaml:${number.split('\n').length}: rules[0].${expected}`,
      ]);
    });
  }

  it('is reported for a duplicate rule', () => {
    const rule = whole.slice(whole.indexOf('  - client:'), whole.indexOf('followUps:'));
    assert.deepEqual(faultsFrom(whole.replace(rule, rule + rule)), [
      'handler.yaml:29: rules[1]: this rule is listed twice. Change one of the two, or remove it.',
    ]);
  });

  it('is reported with all others, in the order of the lines', () => {
    const text = `logLevel: loud
adminToken: \${env:NOPE}
listen: { admin: 0.0.0.0:1 }
clients: [{ name: a }, { name: a, tokens: [x] }]
rules: [{ client: b, extra: 1 }]
nonsense: 1
`;
    assert.deepEqual(
      faultsFrom(text).map((fault) => fault.slice(0, fault.indexOf(':', 16)).replace(/ ".*"/, '')),
      [
        'handler.yaml:1: logLevel',
        'handler.yaml:2: adminToken',
        'handler.yaml:4: clients[0].tokens',
        'handler.yaml:4: clients[1].tokens[0]',
        'handler.yaml:4: clients[1].name',
        'handler.yaml:5: rules[0].azureProjects',
        'handler.yaml:5: rules[0].argocd',
        'handler.yaml:5: rules[0].appProjects',
        'handler.yaml:5: rules[0].applications',
        'handler.yaml:5: rules[0].actions',
        'handler.yaml:5: rules[0].extra',
        'handler.yaml:5: rules[0].client',
        'handler.yaml:6: nonsense',
      ],
    );
  });

  it('is printed without a line if no line is at fault', () => {
    const fault = { line: undefined, path: '', value: '', problem: 'p', advice: 'A.' };
    assert.equal(printConfigFault('handler.yaml', fault), 'handler.yaml: p. A.');
  });

  it('never shows a secret, wherever it was put', () => {
    const secret = 's3cret-w1th-a-password';
    const places = [
      `adminToken: [${secret}]`,
      `adminToken: { ${secret}: ${secret} }`,
      `encryptionKeys: ${secret}`,
      `encryptionKeys: [${secret}]`,
      `argocd: [{ name: a, url: "https://${secret}@host", token: t }]`,
      `argocd: [{ name: a, url: https://x, token: "a ${secret}" }]`,
      `argocd: [{ name: a, url: https://x, tokn: ${secret} }]`,
      `argocd: [{ name: a, url: https://x, token: t, ca: ${secret} }]`,
      `clients: [{ name: a, tokens: [${secret}] }]`,
      `clients: [{ name: a, tokens: ${secret} }]`,
      `publicUrl: ftp://user:${secret}@host`,
      `azureDevOps: { organizations: ["https://${secret}@dev.azure.com/x"] }`,
      `azureDevOps: { organizations: [{ url: https://dev.azure.com/x, pat: "a ${secret}" }] }`,
      `azureDevOps: { identity: { pat: "a ${secret}" } }`,
      `azureDevOps: { identity: { servicePrincipal: { tenant: ${secret}, clientId: ${secret} } } }`,
      `azureDevOps: { identity: { servicePrincipal: { secret: "a ${secret}", certificate: ${secret} } } }`,
      `followUps: [{ do: { postWebHook: { url: "http://x/${secret}", secret: ${secret} } } }]`,
      `followUps: [{ do: { postWebHook: { url: https://x, secret: [${secret}] } } }]`,
    ];
    for (const text of places) {
      const printed = faultsFrom(text).map((fault) => fault.replace(`{ ${secret}`, ''));
      assert.notEqual(printed.length, 0, text);
      assert.ok(!printed.join('\n').includes(secret), text);
    }
  });

  it('is bounded and has no control characters', () => {
    const [fault = ''] = faultsFrom(`logLevel: "a\\nb\\e[31m${'x'.repeat(500)}"\n`);
    assert.match(fault, /logLevel.*x{20}/);
    assert.ok(fault.length < 250);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(fault, /[\u0000-\u001f]/);
  });

  it('is the only failure for any text: nothing is thrown', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const names = fc.constantFrom(
      ...['publicUrl', 'listen', 'adminToken', 'store', 'encryptionKeys', 'retention'],
      ...['azureDevOps', 'argocd', 'clients', 'rules', 'limits', 'logLevel', '__proto__'],
    );
    fc.assert(
      fc.property(fc.dictionary(names, value), (file) => {
        const reading = readConfig(JSON.stringify(file), '/srv', source);
        assert.ok('config' in reading || reading.faults.length > 0);
      }),
      { numRuns: 1_000 },
    );
  });
});
