import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArguments, usageOf } from '../../../../src/handler/cli/create-check/arguments.ts';

const given: Readonly<Record<string, string>> = {
  organization: 'https://dev.azure.com/fabrikam/',
  project: 'Fabrikam shop',
  environment: '12',
  connection: 'argocd-handler',
  argocd: 'prod',
  applications: 'shop,stock',
};

function parse(changes: Readonly<Record<string, string | undefined>> = {}, ...more: string[]) {
  const words = Object.entries({ ...given, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  return parseArguments([...words, ...more]);
}

function messages(parsed: ReturnType<typeof parse>): readonly string[] {
  return parsed.kind === 'fault' ? parsed.messages : [];
}

describe('The command line of create-check', () => {
  it('is short if the defaults are right', () => {
    assert.deepEqual(parse(), {
      kind: 'run',
      arguments: {
        organization: 'https://dev.azure.com/fabrikam',
        project: 'Fabrikam shop',
        connection: 'argocd-handler',
        check: {
          environmentId: '12',
          displayName: 'Argo CD: shop,stock',
          argocd: 'prod',
          applications: 'shop,stock',
          appProject: '',
          revision: '',
          stableSeconds: 0,
          acceptSuspended: false,
          timeoutMinutes: 60,
        },
        tokenVariable: 'AZURE_DEVOPS_EXT_PAT',
        isDryRun: false,
      },
    });
  });

  it('can set everything', () => {
    const parsed = parse(
      {
        'app-project': 'default',
        revision: '$(Build.SourceVersion)',
        'stable-seconds': '30',
        timeout: '1440',
        name: 'Shop is live',
        'token-env': 'PAT',
      },
      '--accept-suspended',
      '--dry-run',
    );
    assert.ok(parsed.kind === 'run');
    const { check, tokenVariable, isDryRun } = parsed.arguments;
    assert.deepEqual(check, {
      environmentId: '12',
      displayName: 'Shop is live',
      argocd: 'prod',
      applications: 'shop,stock',
      appProject: 'default',
      revision: '$(Build.SourceVersion)',
      stableSeconds: 30,
      acceptSuspended: true,
      timeoutMinutes: 1440,
    });
    assert.equal(tokenVariable, 'PAT');
    assert.ok(isDryRun);
  });

  it('reports everything that is missing at once', () => {
    assert.equal(messages(parseArguments([])).length, Object.keys(given).length);
    for (const name of Object.keys(given)) {
      const [message = '', ...more] = messages(parse({ [name]: undefined }));
      assert.equal(more.length, 0);
      assert.ok(message.includes(`--${name} `), message);
    }
  });

  const wrong = [
    { name: 'organization', value: 'fabrikam', message: /write it as https:/ },
    {
      name: 'organization',
      value: 'https://dev.azure.com/fabrikam/shop',
      message: /beyond the organization.*use https:\/\/dev\.azure\.com\/fabrikam,/,
    },
    {
      name: 'organization',
      value: 'https://dev.azure.com/fabrikam/shop/_environments/12',
      message: /use https:\/\/dev\.azure\.com\/fabrikam,/,
    },
    {
      name: 'organization',
      value: 'https://fabrikam.visualstudio.com/shop',
      message: /use https:\/\/fabrikam\.visualstudio\.com,/,
    },
    {
      name: 'organization',
      value: 'https://devops.example.com/tfs/Main/shop',
      message: /use https:\/\/devops\.example\.com\/tfs\/Main,/,
    },
    {
      name: 'organization',
      value: 'https://devops.example.com/Main/Fabrikam%20Shop',
      message: /use https:\/\/devops\.example\.com\/Main,/,
    },
    {
      name: 'organization',
      value: 'https://devops.example.com/Main/Fabrikam%20shop/_environments/12',
      message: /use https:\/\/devops\.example\.com\/Main,/,
    },
    { name: 'organization', value: 'https://dev.azure.com', message: /write it as https:/ },
    {
      name: 'organization',
      value: 'https://me:pat@dev.azure.com/x',
      message: /write it as https:/,
    },
    { name: 'organization', value: 'http://devops.example.com/tfs', message: /without https/ },
    { name: 'environment', value: 'production', message: /the number/ },
    { name: 'timeout', value: '4', message: /from 5 to 1440/ },
    { name: 'timeout', value: '1441', message: /from 5 to 1440/ },
    { name: 'timeout', value: '1h', message: /whole number/ },
    { name: 'stable-seconds', value: '-1', message: /from 0/ },
    { name: 'color', value: 'red', message: /color/ },
  ];
  for (const { name, value, message } of wrong) {
    it(`is refused with --${name} ${value}`, () => {
      assert.match(messages(parse({ [name]: value })).join(), message);
    });
  }

  it('accepts a collection with the same name as its project', () => {
    for (const organization of [
      'https://devops.example.com/tfs/Shop',
      'https://a.example.com/Shop',
    ]) {
      assert.equal(parse({ organization, project: 'shop' }).kind, 'run');
    }
  });

  it('accepts a server on this machine without https', () => {
    assert.equal(parse({ organization: 'http://localhost:8080/tfs/Main' }).kind, 'run');
  });

  for (const word of ['--token', '--token=abc', '--pat=abc']) {
    it(`accepts no token, which others could read: ${word}`, () => {
      assert.match(messages(parse({}, word)).join(), /--token-env NAME/);
    });
  }

  it('has help for every option', () => {
    assert.deepEqual(parseArguments(['--help']), { kind: 'help' });
    for (const name of Object.keys(given))
      assert.ok(usageOf('node handler.js create-check').includes(`\n  --${name} `), name);
  });
});
