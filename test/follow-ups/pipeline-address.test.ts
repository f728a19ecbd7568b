import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressKey,
  completeAddress,
  parsePipelineAddress,
  printPipelineAddress,
} from '../../src/follow-ups/pipeline-address.ts';

describe('The reference to a pipeline', () => {
  const good: readonly [string, string | undefined, string | undefined, string | number][] = [
    ['smoke-tests', undefined, undefined, 'smoke-tests'],
    ['  smoke tests ', undefined, undefined, 'smoke tests'],
    ['42', undefined, undefined, 42],
    ['\\42', undefined, undefined, '\\42'],
    ['0042', undefined, undefined, '0042'],
    ['shop/smoke-tests', undefined, 'shop', 'smoke-tests'],
    ['My Shop/42', undefined, 'My Shop', 42],
    ['shop/\\smoke\\web', undefined, 'shop', '\\smoke\\web'],
    ['shop/smoke\\web', undefined, 'shop', 'smoke\\web'],
    ['fabrikam/shop/smoke', 'fabrikam', 'shop', 'smoke'],
    ['DefaultCollection/größe/v1.2', 'DefaultCollection', 'größe', 'v1.2'],
  ];
  for (const [text, organization, project, pipeline] of good) {
    it(`is read: ${text}`, () => {
      assert.deepEqual(parsePipelineAddress(text), { value: { organization, project, pipeline } });
    });
  }

  for (const text of [
    '',
    ' ',
    '/',
    '/smoke',
    'shop/',
    'a/b/c/d',
    'shop//smoke',
    '..',
    '../smoke',
    'shop/..',
    'shop/../other/smoke',
    '../../other/smoke',
    'shop/..\\..\\other',
    'shop/a\\.\\b',
    'shop/a\\\\b',
    'shop/a\\',
    '_apis/build',
    './smoke',
    'https://dev.azure.com/other/shop',
    'https://evil.example',
    '//evil.example/smoke',
    'evil.example:443/shop/smoke',
    'user@evil.example/shop/smoke',
    'shop/smoke*',
    'shop/smoke?api-version=1',
    'sh#op/smoke',
    'shop/smoke;other',
    'shop/a|b',
    'shop/smo\nke',
    'shop/smo\u202eke',
    'o..o/shop/smoke',
    `${'x'.repeat(65)}/smoke`,
    'x'.repeat(801),
  ]) {
    it(`is refused: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.ok('problem' in parsePipelineAddress(text));
    });
  }

  it('is printed so that it can be read back', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: fc.constantFrom(...'ab1\\/. -') }), (text) => {
        const read = parsePipelineAddress(text);
        if ('problem' in read) return;
        assert.deepEqual(parsePipelineAddress(printPipelineAddress(read.value)), read);
      }),
      { numRuns: 5_000 },
    );
  });

  it('cannot leave its project in a URL, however it is written', () => {
    const part = fc.constantFrom('..', '.', 'a', '/', '\\', '%2e', ':', '@', '?', '#', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const read = parsePipelineAddress(parts.join(''));
        if ('problem' in read) return;
        const { organization = 'o', project = 'p', pipeline } = read.value;
        const folders = [organization, project, ...String(pipeline).split('\\')];
        const kept = folders.filter((folder) => folder !== '');
        const url = new URL(`https://host/${kept.map(encodeURIComponent).join('/')}`);
        assert.equal(url.pathname.split('/').length - 1, kept.length);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('The address of a pipeline', () => {
  const open = { organization: undefined, project: undefined, pipeline: 'smoke' };
  const defaults = { organization: 'fabrikam', project: 'shop' };

  it('is completed with the defaults', () => {
    assert.deepEqual(completeAddress(open, defaults), { ...defaults, pipeline: 'smoke' });
    assert.equal(completeAddress({ ...open, project: 'p' }, defaults)?.project, 'p');
    assert.equal(completeAddress({ ...open, organization: 'o' }, defaults)?.organization, 'o');
    assert.equal(completeAddress(open, { ...defaults, project: undefined }), undefined);
  });

  it('ignores case, and differs from that of an id', () => {
    const key = (pipeline: string | number, project = 'shop') =>
      addressKey({ organization: 'fabrikam', project, pipeline });
    assert.equal(key('smoke'), key('Smoke', 'SHOP'));
    assert.notEqual(key('smoke'), key('\\smoke\\smoke'));
    assert.notEqual(key('smoke'), key(42));
  });
});
