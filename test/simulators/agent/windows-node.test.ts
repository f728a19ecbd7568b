import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  needsWine,
  pathFor,
  pathFrom,
  wineEnvironment,
} from '../../../simulators/agent/windows-node.ts';

describe('A task on the Windows build of Node', () => {
  it('needs Wine, unlike any other Node', () => {
    assert.equal(needsWine('/opt/node/node.exe'), true);
    assert.equal(needsWine('/opt/node/node'), false);
  });

  it('names files of this machine on drive Z, and they are found again', () => {
    const path = '/tmp/step-1/Argo CD sync of shop.md';
    const named = pathFor('node.exe', path);
    assert.equal(named, 'Z:\\tmp\\step-1\\Argo CD sync of shop.md');
    assert.equal(pathFrom(named), path);
    assert.equal(pathFor('node', path), path);
    assert.equal(pathFrom(path), path);
  });

  it("has its own variables, and of this machine's only what Wine needs", () => {
    process.env['NOT_FOR_TASKS'] = 'here';
    const environment = wineEnvironment({ INPUT_ACTION: 'sync', HOME: '/home/agent' });
    delete process.env['NOT_FOR_TASKS'];
    assert.equal(environment['INPUT_ACTION'], 'sync');
    assert.equal(environment['HOME'], '/home/agent');
    assert.equal(environment['PATH'], process.env['PATH']);
    assert.equal(environment['NOT_FOR_TASKS'], undefined);
  });
});
