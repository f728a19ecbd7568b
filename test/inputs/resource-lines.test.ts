import assert from 'node:assert/strict';
import { parseResources } from '../../src/inputs/resource-lines.ts';

describe('the resources of a selective sync', () => {
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

  it('are bounded in number and length', () => {
    const lines = Array.from({ length: 501 }, (_, i) => `Service:s${i}`).join('\n');
    assert.ok('problems' in parseResources(lines));
    assert.ok('problems' in parseResources(`Service:${'s'.repeat(1_024)}`));
  });
});
