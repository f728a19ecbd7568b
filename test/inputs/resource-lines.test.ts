import assert from 'node:assert/strict';
import { parseResources } from '../../src/inputs/resource-lines.ts';

describe('The resources of a selective sync', () => {
  it('are read from lines, each once', () => {
    const parsed = parseResources('apps:Deployment:web\n\n ConfigMap:shop/* \nConfigMap:shop/*');
    assert.deepEqual('value' in parsed && parsed.value, [
      {
        text: 'apps:Deployment:web',
        group: 'apps',
        kind: 'Deployment',
        namespace: undefined,
        name: 'web',
      },
      {
        text: 'ConfigMap:shop/*',
        group: undefined,
        kind: 'ConfigMap',
        namespace: 'shop',
        name: '*',
      },
    ]);
  });

  it('are refused with the line and what to write instead', () => {
    const parsed = parseResources('ok:Kind:name\nDeployment');
    assert.ok('problems' in parsed);
    const [problem, ...rest] = parsed.problems;
    assert.deepEqual(rest, []);
    assert.equal(problem?.text, 'Deployment');
    assert.match(problem.problem, /kind or the name is missing\. Write /);
  });

  it('have a bounded number of wildcards, per line and in total', () => {
    const patterns = (count: number) =>
      parseResources(Array.from({ length: count }, (_, i) => `Service:s${i}*`).join('\n'));
    assert.ok('value' in patterns(100));
    const tooMany = patterns(101);
    assert.ok('problems' in tooMany);
    assert.match(tooMany.problems[0]?.problem ?? '', /at most 100 lines with a `\*`/);
    assert.ok('value' in parseResources(`Service:${'*x'.repeat(8)}`));
    const tooWild = parseResources(`Service:${'*x'.repeat(9)}`);
    assert.ok('problems' in tooWild);
    assert.match(tooWild.problems[0]?.problem ?? '', /at most 8 "\*"/);
  });

  it('are bounded in number and length', () => {
    const lines = Array.from({ length: 501 }, (_, i) => `Service:s${i}`).join('\n');
    assert.ok('problems' in parseResources(lines));
    assert.ok('problems' in parseResources(`Service:${'s'.repeat(1_024)}`));
  });
});
