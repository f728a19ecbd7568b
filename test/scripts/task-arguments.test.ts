import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { matchInputs, parseArguments, usage } from '../../scripts/task-arguments.ts';

const enough = ['--server', 'https://argocd.example.com', '--token-env', 'TOKEN'];

describe('The arguments of npm run task', () => {
  it('are parsed completely', () => {
    const parsed = parseArguments([
      ...[
        'ArgoCDSync',
        ...enough,
        '--ca',
        'ca.pem',
        '--insecure',
        '--node',
        '20',
        '--build',
        '--inspect',
      ],
      ...['--header', 'A: b', '--header', 'C: d', '--json', 'run.json', '--'],
      ...['applications=a,b', 'info=Ticket=1\nOther=2', 'selector='],
    ]);
    assert.deepEqual(parsed, {
      kind: 'run',
      arguments: {
        task: 'ArgoCDSync',
        server: 'https://argocd.example.com',
        login: { kind: 'token', tokenVariable: 'TOKEN' },
        insecure: true,
        caFile: 'ca.pem',
        headers: ['A: b', 'C: d'],
        node: 20,
        build: true,
        inspect: true,
        jsonFile: 'run.json',
        inputs: { applications: 'a,b', info: 'Ticket=1\nOther=2', selector: '' },
      },
    });
  });

  it('may omit everything except the server and the login', () => {
    const parsed = parseArguments(enough);
    assert.ok(parsed.kind === 'run');
    assert.equal(parsed.arguments.task, 'ArgoCDSync');
    assert.equal(parsed.arguments.node, undefined);
    assert.deepEqual(parsed.arguments.inputs, {});
  });

  it('may name a user and the variable with the password', () => {
    const parsed = parseArguments([
      ...['--server', 'https://x', '--username', 'ci', '--password-env', 'PASSWORD'],
    ]);
    assert.ok(parsed.kind === 'run');
    assert.deepEqual(parsed.arguments.login, {
      kind: 'password',
      username: 'ci',
      passwordVariable: 'PASSWORD',
    });
  });

  it('can ask for help, which names every flag', () => {
    assert.deepEqual(parseArguments(['--help']), { kind: 'help' });
    for (const flag of ['server', 'token-env', 'username', 'password-env', 'ca', 'insecure']) {
      assert.match(usage, new RegExp(`--${flag} `));
    }
    for (const flag of ['header', 'node', 'build', 'json']) {
      assert.match(usage, new RegExp(`--${flag} `));
    }
  });

  const refused: readonly { name: string; words: string[]; why: RegExp }[] = [
    { name: 'a token', words: ['--token', 'x'], why: /history.*--token-env/ },
    { name: 'a token after =', words: ['--token=x'], why: /--token-env/ },
    { name: 'a password', words: [...enough, '--password=x'], why: /--password-env/ },
    { name: 'no server', words: ['--token-env', 'T'], why: /Which Argo CD/ },
    { name: 'no login', words: ['--server', 'https://x'], why: /How to log in/ },
    { name: 'two logins', words: [...enough, '--username', 'ci'], why: /not with both/ },
    {
      name: 'a user without a password',
      words: ['--server', 'https://x', '--username', 'ci'],
      why: /--password-env/,
    },
    {
      name: 'a password without a user',
      words: ['--server', 'https://x', '--password-env', 'P'],
      why: /--username/,
    },
    { name: 'an unknown flag', words: [...enough, '--fast'], why: /--fast/ },
    { name: 'another Node', words: [...enough, '--node', '22'], why: /Node 20 or 24/ },
    { name: 'a header without a name', words: [...enough, '--header', 'x'], why: /Name: value/ },
    { name: 'an input before --', words: [...enough, 'applications=a'], why: /come after --/ },
    { name: 'two tasks', words: ['ArgoCDSync', 'Other', ...enough], why: /'Other'/ },
    { name: 'an input without a name', words: [...enough, '--', '=a'], why: /name=value/ },
    {
      name: 'an input without a value',
      words: [...enough, '--', 'prune'],
      why: /'prune'.*name=value/,
    },
  ];
  for (const { name, words, why } of refused) {
    it(`are refused with ${name}`, () => {
      const parsed = parseArguments(words);
      assert.ok(parsed.kind === 'fault');
      assert.match(parsed.messages.join('\n'), why);
    });
  }

  it('never repeat a secret that was given in the wrong place', () => {
    for (const words of [['--token=s3cret'], ['--password', 's3cret']]) {
      const parsed = parseArguments(words);
      assert.ok(parsed.kind === 'fault');
      assert.doesNotMatch(parsed.messages.join('\n'), /s3cret/);
    }
  });
});

describe('The inputs given to npm run task', () => {
  it('are passed under the names of task.json', () => {
    assert.deepEqual(matchInputs({ DRYRUN: 'true' }, ['dryRun', 'prune']), { dryRun: 'true' });
  });

  it('are refused if the task has no such input', () => {
    assert.equal(
      matchInputs({ app: 'a', prune: 'true' }, ['dryRun', 'prune']),
      'The task has no input app. It has: dryRun, prune.',
    );
  });

  it('are refused with the name that was probably meant', () => {
    assert.equal(
      matchInputs({ dyrRun: 'true', prun: 'true' }, ['dryRun', 'prune']),
      'The task has no input dyrRun. Did you mean dryRun?\nThe task has no input prun. Did you mean prune?',
    );
  });
});
