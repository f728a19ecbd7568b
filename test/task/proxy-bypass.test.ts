import assert from 'node:assert/strict';
import { readBypassList } from '../../src/task/proxy-bypass.ts';

const server = 'https://argocd.corp.example.com/root';

function bypasses(entries: readonly unknown[], url = server): boolean {
  const { bypasses: found, warnings } = readBypassList(JSON.stringify(entries), url);
  assert.deepEqual(warnings, []);
  return found;
}

describe("The agent's proxy bypass list", () => {
  const cases: readonly (readonly [entry: string, url: string, bypasses: boolean])[] = [
    ['argocd\\.corp\\.example\\.com', server, true],
    ['^https://argocd\\.corp\\.example\\.com$', server, true],
    ['EXAMPLE', server, true],
    ['(?i)ARGOCD\\.corp', server, true],
    ['(?im)^https://argocd', server, true],
    ['\\Ahttps://.*\\.example\\.com\\z', server, true],
    ['\\Aargocd', server, false],
    ['example\\.com\\Z', server, true],
    ['example\\Z', server, false],
    ['\\\\Argocd', server, false],
    ['example\\.org', server, false],
    ['root', server, false],
    ['*', server, true],
    ['*.example.com', server, true],
    ['*.EXAMPLE.com', server, true],
    ['*.corp.*', server, true],
    ['argocd.*.com', server, true],
    ['argocd.*.org', server, false],
    ['*.example.org', server, false],
    ['https://*.example.com', server, true],
    ['http://*.example.com', server, false],
    ['*.example.com', 'https://example.com', true],
    ['*.example.com', 'https://badexample.com', false],
    ['.example.com', server, true],
    ['argocd.corp.example.com:443', server, true],
    ['argocd.corp.example.com:8443', server, false],
    ['argocd.corp.example.com:8443', 'https://argocd.corp.example.com:8443', true],
    ['*.example.com:*', server, true],
    ['*.example.org,*.example.com', server, true],
    ['*.example.org; *.example.com', server, true],
    ['10.0.0.0/8', 'https://10.2.3.4:8443', true],
    ['10.0.0.0/8', 'https://11.2.3.4', false],
    ['10.0.0.0/8', server, false],
    ['10.2.*', 'https://10.2.3.4', true],
    ['fd00::/8', 'https://[fd12::1]:8443', true],
    ['fd12::1', 'https://[fd12::1]', true],
    ['fd12:0:0::1', 'https://[fd12::1]', true],
    ['[fd12::1]:443', 'https://[fd12::1]', true],
    ['[fd12::2]', 'https://[fd12::3]', false],
    ['<local>', 'http://argocd', true],
    ['<local>', server, false],
    ['<local>', 'http://10.2.3.4', false],
  ];
  for (const [entry, url, expected] of cases) {
    it(`${expected ? 'contains' : 'does not contain'} ${url} by ${entry}`, () => {
      assert.equal(bypasses(['nothing', entry], url), expected);
    });
  }

  it('may be empty or without text, and then contains nothing', () => {
    assert.equal(bypasses([]), false);
    assert.equal(bypasses([5, null, '', ' ']), false);
    assert.deepEqual(readBypassList(' ', server), { bypasses: false, warnings: [] });
  });

  it('is reported if an entry is invalid, and keeps the others', () => {
    const { bypasses: found, warnings } = readBypassList('["(", "*.example.com"]', server);
    assert.equal(found, true);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /Not a regular expression: entry 1 of .* bypass list/);
  });

  it('cannot delay a run by an expression that never ends', () => {
    const list = JSON.stringify(['^(([a-z:/.])+)+!$', '*.example.com']);
    const { bypasses: found, warnings } = readBypassList(
      list,
      `https://${'a'.repeat(60)}.b.example.com`,
    );
    assert.equal(found, true);
    assert.match(warnings.join(), /takes too long: entry 1 /);
  });

  it('is read as names if it is not JSON, and ignored if it is not a list, both with a warning', () => {
    const names = readBypassList('localhost, *.example.com', server);
    assert.deepEqual([names.bypasses, names.warnings.length], [true, 1]);
    const none = readBypassList('{"a":1}', server);
    assert.deepEqual([none.bypasses, none.warnings.length], [false, 1]);
  });

  const texts: readonly (readonly [list: string, bypasses: boolean])[] = [
    ['*.example.org\n*.example.com', true],
    ['example.org\r\nargocd.corp.example.com\r\n', true],
    ['localhost argocd.corp.example.com', true],
    ['localhost;.example.com', true],
    ['argocd\\.corp\\.example\\.com', true],
    ['localhost, .*\\.example\\.com$', true],
    ['^http://', false],
    // As a name, it means only that host.
    ['example.com', false],
    ['ample.com', false],
  ];
  for (const [list, expected] of texts) {
    it(`${expected ? 'contains' : 'does not contain'} the server by ${JSON.stringify(list)} without JSON`, () => {
      const { bypasses: found, warnings } = readBypassList(list, server);
      assert.deepEqual([found, warnings.length], [expected, 1]);
    });
  }

  it('is a list of one if it is a JSON string', () => {
    for (const entry of ['*.example.com', '^https://argocd\\.']) {
      const read = readBypassList(JSON.stringify(entry), server);
      assert.deepEqual(read, { bypasses: true, warnings: [] });
    }
  });
});
