import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { chooseNodeRuntime, findNode } from '../../../simulators/agent/node-runtime.ts';
import type { TaskDefinition } from '../../../simulators/agent/task-definition.ts';

function taskWith(...handlers: readonly string[]): TaskDefinition {
  const execution = Object.fromEntries(handlers.map((name) => [name, { target: `${name}.js` }]));
  return { id: '', name: 'Task', inputs: [], execution };
}

describe('The Node of a task', () => {
  it('is that of the highest handler', () => {
    const { handler, target, major } = chooseNodeRuntime(taskWith('Node20_1', 'Node24'));
    assert.deepEqual(
      { handler, target, major },
      { handler: 'Node24', target: 'Node24.js', major: 24 },
    );
  });

  it('is the requested one', () => {
    assert.equal(chooseNodeRuntime(taskWith('Node20_1', 'Node24'), 20).handler, 'Node20_1');
  });

  it('must be one that task.json names', () => {
    assert.throws(
      () => chooseNodeRuntime(taskWith('Node20_1'), 24),
      /cannot run on Node 24.*Node20_1/,
    );
    assert.throws(() => chooseNodeRuntime(taskWith('Node16')), /cannot run on Node 20 or 24/);
  });

  for (const major of [20, 24] as const) {
    it(`is available in version ${major}`, () => {
      const path = findNode(major);
      assert.ok(path);
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' });
      assert.ok(version.startsWith(`v${major}.`), version);
    });
  }
});
