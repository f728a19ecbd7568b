import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  aliasesOf,
  collectionKey,
  Collections,
  coreHostOf,
  releaseHostOf,
} from '../../../src/azure/http/collection.ts';

const cloud = new Collections([{ url: 'https://dev.azure.com/Fabrikam', isPrivate: false }]);
const onPremises = new Collections([
  { url: 'https://tfs.example.com:8443/tfs/Default%20Collection/', isPrivate: true },
  { url: 'http://10.1.2.3/tfs/Lab', isPrivate: true },
]);

describe('The configured collections', () => {
  const known: readonly [string, string][] = [
    ['https://dev.azure.com/Fabrikam', 'https://dev.azure.com/Fabrikam'],
    ['https://dev.azure.com/fabrikam/', 'https://dev.azure.com/Fabrikam'],
    ['https://dev.azure.com/FABRIKAM///', 'https://dev.azure.com/Fabrikam'],
    ['HTTPS://DEV.Azure.COM:443/fabrikam/', 'https://dev.azure.com/Fabrikam'],
    ['https://vsrm.dev.azure.com/fabrikam/', 'https://vsrm.dev.azure.com/Fabrikam'],
    ['https://fabrikam.visualstudio.com', 'https://fabrikam.visualstudio.com'],
    ['https://Fabrikam.VisualStudio.com/', 'https://fabrikam.visualstudio.com'],
    ['https://fabrikam.visualstudio.com:443/', 'https://fabrikam.visualstudio.com'],
    ['https://fabrikam.vsrm.visualstudio.com/', 'https://fabrikam.vsrm.visualstudio.com'],
  ];
  for (const [planUrl, collection] of known) {
    it(`include ${planUrl}`, () => {
      assert.equal(cloud.match(planUrl), collection);
      assert.equal(cloud.reachOf(collection), 'public');
    });
  }

  const unknown: readonly string[] = [
    '',
    '/',
    'https://',
    'https://dev.azure.com',
    'https://dev.azure.com/',
    'https://dev.azure.com/contoso',
    'https://dev.azure.com/fabrikam2',
    'https://dev.azure.com/fabrika',
    'https://dev.azure.com/fabrikam/shop',
    'https://dev.azure.com/fabrikam/..',
    'https://dev.azure.com/fabrikam/.',
    'https://dev.azure.com/contoso/../fabrikam',
    'https://dev.azure.com/./fabrikam',
    'https://dev.azure.com//fabrikam',
    'https://dev.azure.com/%66abrikam',
    'https://dev.azure.com/fabrikam%2f',
    'https://dev.azure.com/fabrikam%2f..%2fcontoso',
    'https://dev.azure.com/fabrikam%00',
    'https://dev%2eazure.com/fabrikam',
    'https://dev.azure.com/fabrikam?',
    'https://dev.azure.com/fabrikam?x=y',
    'https://dev.azure.com/fabrikam#',
    'https://dev.azure.com/fabrikam#@evil.example',
    'https://dev.azure.com/fabrikam;x',
    'https://dev.azure.com./fabrikam',
    'https://dev.azure.com:444/fabrikam',
    'https://dev.azure.com:0443/fabrikam',
    'https://dev.azure.com:443:443/fabrikam',
    'https://dev.azure.com:/fabrikam',
    'https://dev.azure.com:80/fabrikam',
    'https://dev.azure.com:443@evil.example/fabrikam',
    'https://dev.azure.com@evil.example/fabrikam',
    'https://evil.example@dev.azure.com/fabrikam',
    'https://user:password@dev.azure.com/fabrikam',
    'https://@dev.azure.com/fabrikam',
    'https://dev.azure.com\\fabrikam',
    'https:\\\\dev.azure.com\\fabrikam',
    'https://evil.example\\@dev.azure.com/fabrikam',
    'https://evil.example/https://dev.azure.com/fabrikam',
    'https://dev.azure.com.evil.example/fabrikam',
    'https://evildev.azure.com/fabrikam',
    'https://x.dev.azure.com/fabrikam',
    'https://vsrm.dev.azure.com/contoso',
    'https://vssps.dev.azure.com/fabrikam',
    'https://fabrikam.dev.azure.com/',
    'https://fabrikam.visualstudio.com/DefaultCollection',
    'https://fabrikam.visualstudio.com.evil.example/',
    'https://evil.fabrikam.visualstudio.com/',
    'https://contoso.visualstudio.com/',
    'https://fabrikam.vssps.visualstudio.com/',
    'http://dev.azure.com/fabrikam',
    'http://dev.azure.com:443/fabrikam',
    'ws://dev.azure.com/fabrikam',
    'file:///dev.azure.com/fabrikam',
    'javascript://dev.azure.com/fabrikam',
    'https:dev.azure.com/fabrikam',
    'https:/dev.azure.com/fabrikam',
    'https:///dev.azure.com/fabrikam',
    '//dev.azure.com/fabrikam',
    'dev.azure.com/fabrikam',
    ' https://dev.azure.com/fabrikam',
    'https://dev.azure.com/fabrikam ',
    'https://dev.azure.com/fabri\tkam',
    'https://dev.azure.com/fabrikam\r\nHost: evil.example',
    'https://dev.azure.com/fabrikam\n',
    'https://dev.azure.com/fabrikam\u0000',
    'https://dev.azure.com/fabri\u212aam',
    'https://dev.azure.com/fabr\u0131kam',
    'https://dev.azure.com/fabrik\u0430m',
    'https://d\u0435v.azure.com/fabrikam',
    'https://xn--dv-jlc.azure.com/fabrikam',
    'https://dev\u3002azure.com/fabrikam',
    'https://\uff44ev.azure.com/fabrikam',
    'https://dev.azure.com/fabrikam\u200b',
    'https://127.0.0.1/fabrikam',
    'https://[::1]/fabrikam',
    'https://169.254.169.254/latest/meta-data',
    `https://dev.azure.com/fabrikam${'/'.repeat(500)}`,
  ];
  for (const planUrl of unknown) {
    it(`do not include ${JSON.stringify(planUrl.slice(0, 80))}`, () => {
      assert.equal(cloud.match(planUrl), undefined);
      assert.equal(cloud.reachOf(planUrl), undefined);
    });
  }

  it('return only their own addresses, whatever is requested', () => {
    const own = aliasesOf('https://dev.azure.com/Fabrikam');
    const piece = fc.constantFrom(
      ...['https:', 'http:', '/', '//', '\\', '@', ':443', '.', '..', '%2e', '?', '#', ' '],
      ...['dev.azure.com', 'fabrikam', 'FABRIKAM', '.visualstudio.com', 'vsrm.', 'evil.example'],
    );
    const url = fc.array(fc.oneof(piece, fc.string()), { maxLength: 7 });
    fc.assert(
      fc.property(url, (pieces) => {
        const planUrl = pieces.join('');
        const collection = cloud.match(planUrl);
        if (collection === undefined) return;
        assert.ok(own.includes(collection), planUrl);
        assert.equal(
          new URL(planUrl).href.replace(/\/+$/, '').toLowerCase(),
          collection.toLowerCase(),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('include a collection on premises by its one address', () => {
    const collection = 'https://tfs.example.com:8443/tfs/Default%20Collection';
    assert.equal(
      onPremises.match('https://TFS.example.com:8443/tfs/default%20collection/'),
      collection,
    );
    assert.equal(onPremises.reachOf(collection), 'private');
    for (const other of [
      'http://tfs.example.com:8443/tfs/Default%20Collection',
      'https://tfs.example.com/tfs/Default%20Collection',
      'https://tfs.example.com:8443/tfs',
      'https://tfs.example.com:8443/tfs/Other',
      'https://tfs.example.com:8443/tfs/Default%20Collection/x',
    ]) {
      assert.equal(onPremises.match(other), undefined, other);
    }
  });

  it('allow http only if it is listed', () => {
    assert.equal(onPremises.match('http://10.1.2.3:80/tfs/lab/'), 'http://10.1.2.3/tfs/Lab');
    assert.equal(onPremises.match('https://10.1.2.3/tfs/lab/'), undefined);
    assert.equal(onPremises.match('http://10.1.2.4/tfs/lab/'), undefined);
  });

  it('are empty without a configuration', () => {
    assert.equal(new Collections([]).match('https://dev.azure.com/fabrikam'), undefined);
  });

  it('are matched fast', () => {
    // Work that grows with the square of the length would exceed the test's time limit.
    for (const text of ['/', 'https://', ':443', '%2f']) {
      assert.equal(cloud.match(text.repeat(1_000_000)), undefined);
    }
  });
});

describe('The addresses of an organization', () => {
  const four = (modern: string, old: string) => [
    `https://dev.azure.com/${modern}`,
    `https://vsrm.dev.azure.com/${modern}`,
    `https://${old}.visualstudio.com`,
    `https://${old}.vsrm.visualstudio.com`,
  ];
  const cases: readonly [string, readonly string[]][] = [
    ['https://dev.azure.com/Fabrikam-2', four('Fabrikam-2', 'fabrikam-2')],
    ['https://dev.azure.com/fabrikam/', four('fabrikam', 'fabrikam')],
    ['https://Fabrikam.visualstudio.com', four('fabrikam', 'fabrikam')],
    ['https://fabrikam.visualstudio.com/', four('fabrikam', 'fabrikam')],
    ['https://tfs.example.com/tfs/Default/', ['https://tfs.example.com/tfs/Default']],
    ['http://TFS/Default', ['http://tfs/Default']],
    ['https://dev.azure.com', []],
    ['https://dev.azure.com/fabrikam/shop', []],
    ['https://dev.azure.com/fabrikam%2fshop', []],
    ['https://dev.azure.com:444/fabrikam', []],
    ['http://dev.azure.com/fabrikam', []],
    ['https://vsrm.dev.azure.com/fabrikam', []],
    ['https://fabrikam.vsrm.visualstudio.com/', []],
    ['https://fabrikam.visualstudio.com/shop', []],
    ['http://fabrikam.visualstudio.com/', []],
    ['https://visualstudio.com/fabrikam', []],
    ['https://dev.azure.com./fabrikam', []],
    ['https://tfs.example.com', []],
    ['https://tfs.example.com/tfs//Default', []],
    ['https://user@tfs.example.com/tfs/Default', []],
    ['https://:password@tfs.example.com/tfs/Default', []],
    ['https://tfs.example.com/tfs/Default?x', []],
    ['https://tfs.example.com/tfs/Default#x', []],
    ['ftp://tfs.example.com/tfs/Default', []],
    ['fabrikam', []],
  ];
  for (const [organization, aliases] of cases) {
    it(`${organization} are ${aliases.length}`, () => {
      assert.deepEqual(aliasesOf(organization), aliases);
    });
  }
});

describe('The key of a collection', () => {
  for (const name of ['fabrikam', 'Fabrikam']) {
    it(`is the same for all addresses of an organization: ${name}`, () => {
      const keys = aliasesOf(`https://dev.azure.com/${name}`).map(collectionKey);
      assert.deepEqual([...new Set(keys)], ['https://dev.azure.com/fabrikam']);
    });
  }

  it('differs for other organizations', () => {
    const others = ['https://dev.azure.com/fabrikam2', 'https://tfs.example.com/tfs/fabrikam'];
    assert.deepEqual(others.map(collectionKey), others);
    assert.equal(
      collectionKey('https://tfs.example.com/tfs/Main'),
      'https://tfs.example.com/tfs/main',
    );
  });
});

describe('The hosts of an organization', () => {
  const cases: readonly [string, string | undefined, string][] = [
    [
      'https://dev.azure.com/fabrikam',
      'https://vsrm.dev.azure.com/fabrikam',
      'https://dev.azure.com/fabrikam',
    ],
    [
      'https://fabrikam.visualstudio.com',
      'https://fabrikam.vsrm.visualstudio.com',
      'https://fabrikam.visualstudio.com',
    ],
    ['https://vsrm.dev.azure.com/fabrikam', undefined, 'https://dev.azure.com/fabrikam'],
    ['https://fabrikam.vsrm.visualstudio.com', undefined, 'https://fabrikam.visualstudio.com'],
    ['https://tfs.example.com/tfs/Default', undefined, 'https://tfs.example.com/tfs/Default'],
  ];
  for (const [collection, release, core] of cases) {
    it(`of ${collection} are ${release ?? 'no other'} and ${core}`, () => {
      assert.equal(releaseHostOf(collection), release);
      assert.equal(coreHostOf(collection), core);
    });
  }
});
