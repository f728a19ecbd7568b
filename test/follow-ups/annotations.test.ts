import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readAnnotations } from '../../src/follow-ups/annotations.ts';
import { annotationPart, triggerNames } from '../../src/follow-ups/trigger.ts';

const own = 'azure-pipelines/';
const namesOf = (annotations: Readonly<Record<string, string>>) =>
  readAnnotations(annotations).rules.map(({ name }) => name);
const faultsOf = (annotations: Readonly<Record<string, string>>) =>
  readAnnotations(annotations).faults.map(
    ({ annotation, problem, advice }) => `${annotation}: ${problem}. ${advice}`,
  );

describe('An annotation', () => {
  it('queues a pipeline at an event', () => {
    const { rules, faults } = readAnnotations({ [`${own}on-success`]: 'shop/smoke-tests' });
    assert.deepEqual(faults, []);
    assert.deepEqual(
      rules.map(({ name, when, do: action, each }) => [name, when.events, action.kind, each]),
      [['annotation/onSuccess/shop/smoke-tests', ['succeeded'], 'queuePipeline', 'operation']],
    );
  });

  it('queues several', () => {
    assert.deepEqual(namesOf({ [`${own}on-success`]: ' shop/a; o/shop/\\x\\b ;shop/42; ' }), [
      'annotation/onSuccess/shop/a',
      'annotation/onSuccess/o/shop/\\x\\b',
      'annotation/onSuccess/shop/42',
    ]);
  });

  it('queues a pipeline once even if it names it twice', () => {
    assert.equal(namesOf({ [`${own}on-success`]: 'shop/a;shop/a' }).length, 1);
  });

  it('may be for each event', () => {
    for (const name of triggerNames) {
      assert.equal(namesOf({ [own + annotationPart(name)]: 'shop/a' }).length, 1);
    }
  });

  for (const name of [
    'argocd.argoproj.io/sync-wave',
    'on-success',
    'azure-pipelines/build',
    'azure-pipelines/once',
    'azure-pipelines-dev/on-success',
    'toString',
  ]) {
    it(`is not ours: ${name}`, () => {
      assert.deepEqual(readAnnotations({ [name]: 'shop/a' }), { rules: [], faults: [] });
    });
  }

  const wrong: readonly [string, string, string][] = [
    ['on-sucess', 'shop/a', 'no event has this name. Did you mean `azure-pipelines/on-success`?'],
    ['onSuccess', 'shop/a', 'no event has this name. Did you mean `azure-pipelines/on-success`?'],
    ['on_success', 'shop/a', 'no event has this name. Did you mean `azure-pipelines/on-success`?'],
    [
      'on-zzzzzzzzzzzzzz',
      'shop/a',
      'no event has this name. Use one of: azure-pipelines/on-start, ',
    ],
    ['on-success', '', 'it names no pipeline. '],
    ['on-success', ' ; ', 'it names no pipeline. '],
    ['on-success', 'smoke', 'it does not name the project of the pipeline. '],
    ['on-success', '42', 'it does not name the project of the pipeline. '],
    [
      'on-success',
      '../../other/smoke',
      'it has more parts than organization, project and pipeline. ',
    ],
    ['on-success', '../other/smoke', 'the organization name is invalid. '],
    ['on-success', 'https://evil.example/a', 'it is a URL. '],
    ['on-success', 'x/'.repeat(1_001), 'it has more than 2000 characters. '],
    [
      'on-success',
      Array.from({ length: 11 }, (_, at) => `shop/${at}`).join(';'),
      'it names more than 10 pipelines. ',
    ],
  ];
  for (const [name, value, expected] of wrong) {
    it(`is refused: ${name}: ${value.slice(0, 40)}`, () => {
      const { rules } = readAnnotations({ [own + name]: value });
      assert.deepEqual(rules, []);
      const faults = faultsOf({ [own + name]: value });
      assert.equal(faults.length, 1);
      assert.ok(faults[0]?.startsWith(`${own}${name}: ${expected}`), faults[0]);
    });
  }

  it('counts even if another one, or a part of it, is wrong', () => {
    const annotations = { [`${own}on-success`]: 'smoke;shop/a', [`${own}on-sucess`]: 'shop/b' };
    assert.deepEqual(namesOf(annotations), ['annotation/onSuccess/shop/a']);
    assert.equal(faultsOf(annotations).length, 2);
  });

  it('is quoted in a fault on one short line', () => {
    const { faults } = readAnnotations({ [`${own}on-success`]: `##vso[a]\n${'x'.repeat(1_500)}` });
    assert.equal(faults.length, 1);
    assert.ok((faults[0]?.value.length ?? 0) < 250);
    assert.doesNotMatch(faults[0]?.value ?? '', /\n/);
  });
});

describe('Annotations', () => {
  const million = (name: (at: number) => string) => {
    const annotations: Record<string, string> = {};
    for (let at = 0; at < 1_000_000; at += 1) annotations[name(at)] = 'shop/a';
    annotations[`${own}on-success`] = 'shop/a';
    return annotations;
  };

  for (const [what, name] of [
    ['foreign ones', (at: number) => `example.com/a${at}`],
    ['similar ones', (at: number) => `${own}on-${at}`],
  ] as const) {
    it(`are read in no time among a million ${what}, including the known ones`, () => {
      const annotations = million(name);
      const before = process.cpuUsage();
      const { rules, faults } = readAnnotations(annotations);
      const { user } = process.cpuUsage(before);
      assert.equal(rules.length, 1);
      assert.ok(faults.length <= 20);
      assert.ok(user < 3_000_000, `${user} µs`);
    });
  }

  it('are scanned no further than they are read', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => [`${own}on-${at}`, 'shop/a']);
    let looks = 0;
    const annotations = new Proxy(Object.fromEntries(many) as Record<string, string>, {
      get: (target, name) => {
        looks += 1;
        return target[String(name)];
      },
    });
    readAnnotations(annotations);
    assert.ok(looks <= 101, `${looks} looks`);
  });

  it('are reported if there are too many to read', () => {
    const annotations = Object.fromEntries(
      Array.from({ length: 150 }, (_, at) => [`${own}on-${at}`, 'shop/a']),
    );
    const { faults } = readAnnotations(annotations);
    assert.match(faults[0]?.problem ?? '', /more than 100 annotations/);
  });

  it('are read without ever failing', () => {
    const name = fc.oneof(
      fc.constantFrom(...triggerNames.map((each) => own + annotationPart(each))),
      fc.string().map((end) => `${own}on${end}`),
      fc.string(),
    );
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('shop/a', 'shop/a;b'));
    fc.assert(
      fc.property(fc.dictionary(name, value), (annotations) => {
        const { rules, faults } = readAnnotations(annotations);
        assert.ok(rules.every(({ do: action }) => 'project' in action && action.project));
        assert.ok(faults.every(({ problem, advice }) => problem !== '' && advice !== ''));
      }),
      { numRuns: 1_000 },
    );
  });
});
