import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type TaskRequest } from '../../src/inputs/inputs.ts';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';
import { readStep } from '../../src/task/step.ts';

type Inputs = Readonly<Record<string, string>>;

const least: Inputs = { argocdConnection: 'c1', applications: 'shop', project: 'default' };

function read(inputs: Inputs) {
  return readStep({ input: (name) => inputs[name] }, parseFollowUps);
}

function accepted(inputs: Inputs): TaskRequest {
  const request = read({ ...least, ...inputs });
  if ('faults' in request) assert.fail(JSON.stringify(request.faults));
  return request;
}

function refused(inputs: Inputs): readonly string[] {
  const request = read(inputs);
  assert.ok('faults' in request, 'nothing was refused');
  return request.faults.map(({ input, problem }) => `${input}: ${problem}`);
}

const definition = JSON.parse(
  readFileSync(new URL('../../tasks/ArgoCDSync/V1/task.json', import.meta.url), 'utf8'),
) as {
  readonly inputs: readonly { readonly name: string; readonly defaultValue?: string | boolean }[];
};

describe('The inputs', () => {
  it('are exactly those of task.json', () => {
    const read = new Set<string>();
    const input = (name: string) => {
      read.add(name);
      return least[name];
    };
    readStep({ input }, parseFollowUps);
    assert.deepEqual([...read].sort(), definition.inputs.map(({ name }) => name).sort());
  });

  it('have the defaults of task.json, which the agent fills in', () => {
    const defaults = definition.inputs.map(({ name, defaultValue = '' }): [string, string] => [
      name,
      String(defaultValue),
    ]);
    assert.deepEqual(read({ ...Object.fromEntries(defaults), ...least }), read(least));
  });

  it('require only a connection and an application', () => {
    assert.deepEqual(read(least), {
      connectionId: 'c1',
      subject: { names: [{ name: 'shop' }] },
      project: 'default',
      goal: {
        action: 'sync',
        target: { kind: 'tracked' },
        options: {
          prune: false,
          dryRun: false,
          force: false,
          strategy: 'hook',
          resources: [],
          syncOptions: [],
          retry: undefined,
          info: [],
        },
        whenBusy: 'wait',
        whenWindowClosed: 'fail',
        whenSuperseded: 'fail',
        waitFor: 'health',
        ifMissing: 'fail',
        acceptSuspended: false,
        includeChildren: false,
        expectImages: [],
        stableFor: 0,
      },
      timeout: 1_800_000,
      onTimeout: 'leave',
      onCancel: 'leave',
      waitForFollowUps: false,
      hookLogLines: 50,
      publishSummary: true,
      warnings: [],
    });
  });

  it('keep follow-ups as they were written, once they are validated', () => {
    const followUps = 'onSuccess: smoke-tests\nonFailure: rollback';
    const request = accepted({ followUps, waitForFollowUps: 'true' });
    assert.deepEqual([request.followUps, request.waitForFollowUps], [followUps, true]);
    const refused = read({ ...least, followUps: 'onSucces: a\nonFailure: b/c/d/e', prune: 'x' });
    assert.deepEqual(
      'faults' in refused && refused.faults.map(({ input, problem }) => [input, problem]),
      [
        ['prune', 'this is neither `true` nor `false`'],
        ['followUps', 'line 1, onSucces: unknown setting'],
        [
          'followUps',
          'line 2, onFailure: it has more parts than organization, project and pipeline',
        ],
      ],
    );
  });

  it('can set every option of a sync', () => {
    const { goal, ...request } = accepted({
      revision: 'v1.2',
      prune: 'True',
      force: 'true',
      strategy: 'apply',
      resources: 'apps:Deployment:web\nConfigMap:shop/*',
      syncOptions: 'CreateNamespace=true\n\nPruneLast=true',
      retryLimit: '3',
      retryBackoff: '5s,2,3m',
      info: 'Change=CHG1=a',
      expectImages: 'registry:5000/shop:1\nweb@sha256:ab',
      stableSeconds: '30',
      timeoutSeconds: '60',
      onTimeout: 'terminate',
      onCancel: 'terminate',
      hookLogLines: '0',
      publishSummary: 'false',
    });
    assert.ok(goal.action === 'sync');
    assert.deepEqual(goal.target, { kind: 'revision', revision: 'v1.2' });
    assert.deepEqual(
      goal.options.resources.map(({ text }) => text),
      ['apps:Deployment:web', 'ConfigMap:shop/*'],
    );
    assert.deepEqual(goal.options.syncOptions, ['CreateNamespace=true', 'PruneLast=true']);
    assert.deepEqual(goal.options.retry, {
      limit: 3,
      backoff: { duration: '5s', factor: 2, maxDuration: '3m' },
    });
    assert.deepEqual(goal.options.info, [{ name: 'Change', value: 'CHG1=a' }]);
    assert.deepEqual(goal.expectImages, ['registry:5000/shop:1', 'web@sha256:ab']);
    assert.equal(goal.stableFor, 30_000);
    assert.equal(request.timeout, 60_000);
    assert.equal(request.publishSummary, false);
    assert.deepEqual(request.warnings, []);
  });

  it('accept revisions by position', () => {
    const { goal } = accepted({ revisions: '2 = main\n1=v1' });
    assert.deepEqual(goal.action === 'sync' && goal.target, {
      kind: 'revisions',
      byPosition: [
        { position: 2, revision: 'main' },
        { position: 1, revision: 'v1' },
      ],
    });
  });

  for (const [text, to] of [
    ['', { kind: 'previous' }],
    ['previous', { kind: 'previous' }],
    ['12', { kind: 'id', id: 12 }],
    ['v1.2', { kind: 'revision', revision: 'v1.2' }],
  ] as const) {
    it(`roll back to "${text}"`, () => {
      const { goal } = accepted({ action: 'rollback', rollbackTo: text });
      assert.deepEqual(goal.action === 'rollback' && goal.to, to);
    });
  }

  it('do not wait for the health of a dry run', () => {
    assert.equal(accepted({ dryRun: 'true' }).goal.waitFor, 'operation');
  });

  it('select applications by label instead', () => {
    const request = read({ argocdConnection: 'c1', selector: 'team=a' });
    assert.deepEqual('subject' in request && request.subject, { selector: 'team=a' });
  });

  it('say how many applications a selector must match', () => {
    const request = read({ argocdConnection: 'c1', selector: 'team=a', expectedCount: '3' });
    const subject = { selector: 'team=a', expectedCount: 3 };
    assert.deepEqual('subject' in request && request.subject, subject);
  });

  for (const [what, syncOptions, expected] of [
    ['alone', '', ['PruneLast=true']],
    ['with others', 'Validate=true', ['Validate=true', 'PruneLast=true']],
    ['given twice', 'PruneLast=true', ['PruneLast=true']],
  ] as const) {
    it(`prune last, as a sync option: ${what}`, () => {
      const { goal } = accepted({ prune: 'true', pruneLast: 'true', syncOptions });
      assert.deepEqual(goal.action === 'sync' && goal.options.syncOptions, expected);
    });
  }

  const refusals: readonly (readonly [string, Inputs, readonly string[]])[] = [
    ['without a connection', { argocdConnection: '' }, ['argocdConnection: it is missing']],
    [
      'without any application',
      { applications: ' , ' },
      ['applications: neither applications nor selector is set'],
    ],
    [
      'with applications and a selector',
      { selector: 'a=b' },
      ['selector: it is set together with applications'],
    ],
    [
      'with revision and revisions',
      { revision: 'a', revisions: '1=b' },
      ['revisions: it is set together with revision'],
    ],
    [
      'with an expected count for named applications',
      { expectedCount: '2' },
      ['expectedCount: it is set without selector'],
    ],
    [
      'with an expected count of zero',
      { applications: '', selector: 'a=b', expectedCount: '0' },
      ['expectedCount: the number is less than 1'],
    ],
    [
      'with a sync option that contradicts an input',
      { pruneLast: 'true', syncOptions: 'PruneLast=false' },
      ['syncOptions: it contradicts pruneLast'],
    ],
    ['with an unknown action', { action: 'Sync' }, ['action: not a valid choice']],
    ['with an unknown choice', { whenBusy: 'queue' }, ['whenBusy: not a valid choice']],
    ['with an unknown boolean', { prune: 'yes' }, ['prune: this is neither `true` nor `false`']],
    ['with a negative number', { retryLimit: '-1' }, ['retryLimit: the number is less than 0']],
    ['with a fraction', { timeoutSeconds: '1.5' }, ['timeoutSeconds: this is not a whole number']],
    ['without a timeout', { timeoutSeconds: '0' }, ['timeoutSeconds: the number is less than 1']],
    [
      'with an excessive timeout',
      { timeoutSeconds: '9'.repeat(400) },
      ['timeoutSeconds: the number is more than 604800'],
    ],
    [
      'with a stability period longer than the step',
      { stableSeconds: '60', timeoutSeconds: '60' },
      ['stableSeconds: this is not less than timeoutSeconds'],
    ],
    [
      'with a backoff but no limit',
      { retryBackoff: '5s' },
      ['retryBackoff: it is set without retryLimit'],
    ],
    [
      'with a variable that has no value',
      { revision: '$(configCommit)' },
      ['revision: this variable has no value here'],
    ],
    [
      'with an invalid project',
      { project: 'My Project' },
      ['project: this is not the name of a project'],
    ],
    [
      'with a wait that waits for nothing',
      { action: 'wait', waitFor: 'none' },
      ['waitFor: with action: wait, the step would do nothing'],
    ],
    [
      'with an oversized text',
      { info: `a=${'x'.repeat(70_000)}` },
      ['info: the value has more than 65536 characters'],
    ],
  ];
  for (const [what, inputs, faults] of refusals) {
    it(`are refused ${what}`, () => assert.deepEqual(refused({ ...least, ...inputs }), faults));
  }

  it('report all faults of all inputs at once', () => {
    const inputs = [
      'argocdConnection',
      'applications',
      'revisions',
      'action',
      'strategy',
      'hookLogLines',
    ];
    const faults = refused({
      applications: 'a_b,Shop',
      revisions: '0=a\n1=b\n1=c\nx',
      action: 'deploy',
      strategy: 'x',
      hookLogLines: '-5',
    });
    assert.equal(faults.length, 9);
    for (const input of inputs)
      assert.ok(
        faults.some((fault) => fault.includes(input)),
        input,
      );
  });

  const notations = [
    '$(x)',
    '$(Two Words)',
    "$(a['b'])",
    '$(a.b-c)',
    "$[ variables['x'] ]",
    '${{ x }}',
  ];
  for (const notation of notations) {
    it(`are refused, all at once and each by name, if they contain ${notation}`, () => {
      const names = definition.inputs.map(({ name }) => name);
      const reading = read(Object.fromEntries(names.map((name) => [name, ` ${notation} `])));
      assert.ok('faults' in reading);
      assert.deepEqual(
        reading.faults
          .filter(({ value }) => value === notation)
          .map(({ input }) => input)
          .sort(),
        [...names].sort(),
      );
    });
  }

  it('warn of an unknown sync option, and send it', () => {
    const request = accepted({ syncOptions: 'CreateNamespaces=true\nReplace=true' });
    assert.match(request.warnings.join(), /^syncOptions: .*Did you mean CreateNamespace\?$/);
    const { goal } = request;
    assert.deepEqual(goal.action === 'sync' && goal.options.syncOptions, [
      'CreateNamespaces=true',
      'Replace=true',
    ]);
  });

  it('say how an AppProject is written', () => {
    const request = read({ ...least, project: 'Shop' });
    assert.match('faults' in request ? (request.faults[0]?.advice ?? '') : '', /use `shop`/);
  });

  it('warn of an empty project', () => {
    assert.match(accepted({ project: '' }).warnings.join(), /^project is empty: /);
  });

  it('never throw or hang, whatever they contain', () => {
    const names = Object.keys(accepted({}).goal);
    const inputs = [
      ...names,
      ...['applications', 'selector', 'project', 'revision', 'revisions', 'resources', 'info'],
      ...['syncOptions', 'retryLimit', 'retryBackoff', 'expectImages', 'rollbackTo', 'action'],
    ];
    const pieces = fc.constantFrom(
      ',',
      '=',
      '/',
      '\n',
      ':',
      '(',
      ')',
      '*',
      '$(',
      '1',
      '5s',
      'a',
      '-',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 300 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...inputs), text), (given) => {
        const request = read({ ...least, ...given });
        if ('faults' in request) assert.ok(request.faults.length > 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuse a long hostile text quickly', () => {
    // Work that grows with the square of the length would exceed the test's time limit.
    for (const piece of [
      'a,',
      'a=',
      '1=a\n',
      '-',
      'a.',
      '(',
      ' ',
      '5s',
      'in (',
      '\n',
      'A:b:',
      '*',
    ]) {
      const text = `a${piece.repeat(60_000 / piece.length)}!`;
      const inputs = [
        'applications',
        'selector',
        'revision',
        'revisions',
        'resources',
        'retryBackoff',
      ];
      for (const input of [...inputs, 'syncOptions', 'info', 'expectImages', 'timeoutSeconds']) {
        read({ ...least, [input]: text });
      }
    }
  });
});
