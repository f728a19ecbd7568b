import assert from 'node:assert/strict';
import { commitPage } from '../../src/report/commit-page.ts';

const sha = '4f2c9d1a'.repeat(5);
const github = `https://github.com/fabrikam/shop/commit/${sha}`;
const gitlab = `https://gitlab.com/fabrikam/web/shop/-/commit/${sha}`;
const bitbucket = `https://bitbucket.org/fabrikam/shop/commits/${sha}`;
const azure = `https://dev.azure.com/fabrikam/my%20shop/_git/web/commit/${sha}`;

describe('The page of a commit', () => {
  for (const [repository, page] of [
    ['https://github.com/fabrikam/shop', github],
    ['https://github.com/fabrikam/shop.git', github],
    ['https://github.com/fabrikam/shop/', github],
    ['http://GitHub.com/fabrikam/shop', github],
    ['https://someone:secret@github.com/fabrikam/shop.git', github],
    ['git@github.com:fabrikam/shop.git', github],
    ['github.com:fabrikam/shop', github],
    ['ssh://git@github.com/fabrikam/shop.git', github],
    ['ssh://git@ssh.github.com:443/fabrikam/shop.git', github],
    ['https://gitlab.com/fabrikam/web/shop.git', gitlab],
    ['git@gitlab.com:fabrikam/web/shop.git', gitlab],
    ['ssh://git@altssh.gitlab.com:443/fabrikam/web/shop.git', gitlab],
    ['https://bitbucket.org/fabrikam/shop.git', bitbucket],
    ['git@bitbucket.org:fabrikam/shop.git', bitbucket],
    ['https://codeberg.org/fabrikam/shop.git', `https://codeberg.org/fabrikam/shop/commit/${sha}`],
    ['git@gitea.com:fabrikam/shop.git', `https://gitea.com/fabrikam/shop/commit/${sha}`],
    ['https://dev.azure.com/fabrikam/my%20shop/_git/web', azure],
    ['https://fabrikam@dev.azure.com/fabrikam/my%20shop/_git/web', azure],
    ['https://fabrikam.visualstudio.com/my%20shop/_git/web', azure],
    ['https://fabrikam.visualstudio.com/DefaultCollection/my%20shop/_git/web', azure],
    ['git@ssh.dev.azure.com:v3/fabrikam/my%20shop/web', azure],
    ['ssh://git@ssh.dev.azure.com/v3/fabrikam/my%20shop/web', azure],
    ['fabrikam@vs-ssh.visualstudio.com:v3/fabrikam/my%20shop/web', azure],
    [
      'https://dev.azure.com/fabrikam/_git/web',
      `https://dev.azure.com/fabrikam/_git/web/commit/${sha}`,
    ],
  ] as const) {
    it(`is found by ${repository}`, () => assert.equal(commitPage(repository, sha), page));
  }

  for (const [why, repository, revision = sha] of [
    ['another host', 'https://git.example.com/fabrikam/shop.git'],
    ['a host that ends like a known one', 'https://evil-github.com/fabrikam/shop'],
    ['a host that starts like a known one', 'https://github.com.evil.example/fabrikam/shop'],
    ['a separate port', 'https://github.com:8443/fabrikam/shop'],
    ['a path in another form', 'https://github.com/fabrikam'],
    ['a longer path', 'https://github.com/fabrikam/shop/tree/main'],
    ['a project without a repository', 'https://dev.azure.com/fabrikam/shop'],
    ['an old ssh path', 'git@ssh.dev.azure.com:v2/fabrikam/shop/web'],
    ['a registry', 'oci://github.com/fabrikam/shop'],
    ['a file', 'file:///github.com/fabrikam/shop'],
    ['a script', 'javascript:alert(1)'],
    ['a parent path', 'git@github.com:../shop'],
    ['an encoded slash', 'https://github.com/fabrikam/a%2Fb'],
    ['a control character', 'https://github.com/fabrikam/a%00b'],
    ['nothing', ''],
    ['no end', `https://github.com/fabrikam/${'a'.repeat(2_000)}`],
    ['a branch', 'https://github.com/fabrikam/shop', 'main'],
    ['a short commit', 'https://github.com/fabrikam/shop', '4f2c9d1'],
    ['a chart version', 'https://github.com/fabrikam/shop', '1.2.3'],
  ] as const) {
    it(`is unknown for ${why}`, () => assert.equal(commitPage(repository, revision), undefined));
  }

  it('encodes what would end it in Markdown, or lead elsewhere', () => {
    assert.equal(
      commitPage('git@github.com:fabrikam/a)[x](b?c#d "e', sha),
      `https://github.com/fabrikam/a)%5Bx%5D(b%3Fc%23d%20%22e/commit/${sha}`,
    );
  });
});
