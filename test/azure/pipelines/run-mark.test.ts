import assert from 'node:assert/strict';
import type { Build } from '../../../src/azure/pipelines/pipeline-schema.ts';
import type { RunMark } from '../../../src/azure/pipelines/pipelines.ts';
import {
  isBuildOf,
  isDescriptionOf,
  isNumberOf,
  markOf,
  runNumberOf,
} from '../../../src/azure/pipelines/run-mark.ts';

describe('The mark of a run', () => {
  it('names the event', () => assert.equal(markOf('4711'), 'argocd-4711'));

  const numbers: readonly [string, boolean][] = [
    ['argocd-4711', true],
    ['argocd-4711.1', true],
    ['argocd-4711-smoke', true],
    ['argocd-47110', false],
    ['argocd-4711x', false],
    ['argocd-471', false],
    ['Argocd-4711', false],
    ['x argocd-4711', false],
    ['', false],
  ];
  for (const [number, expected] of numbers) {
    it(`${expected ? 'is' : 'is not'} in the number "${number}"`, () => {
      assert.equal(isNumberOf('4711', number), expected);
    });
  }

  const descriptions: readonly [string, boolean][] = [
    ['(argocd-4711)', true],
    ['shop was synced (argocd-4711)', true],
    ['argocd-4711, by hand', true],
    ['argocd-4712 was synced (argocd-4711)', true],
    ['argocd-4711 was synced (argocd-4712)', false],
    ['(argocd-4711) (argocd-4712)', false],
    ['(argocd-47110)', false],
    ['xargocd-4711', false],
    ['', false],
  ];
  for (const [description, expected] of descriptions) {
    it(`${expected ? 'is' : 'is not'} in the description "${description}"`, () => {
      assert.equal(isDescriptionOf('4711', description), expected);
    });
  }

  const yamls: readonly [string, string | undefined][] = [
    ['name: argocd-1\nstages:\n', 'argocd-1'],
    ['trigger: none\nname:   argocd-1  \n', 'argocd-1'],
    ["name: 'argocd-1'\n", 'argocd-1'],
    ['name: "argocd-1"', 'argocd-1'],
    ['stages:\n- stage: a\n  name: argocd-1\n', undefined],
    ['steps:\n- script: |\n    name: argocd-1\n', undefined],
    ['name:\nstages: []\n', undefined],
    ['', undefined],
  ];
  for (const [yaml, expected] of yamls) {
    it(`would be in the number ${String(expected)} of ${JSON.stringify(yaml)}`, () => {
      assert.equal(runNumberOf(yaml), expected);
    });
  }

  const event = (value: unknown) => ({ templateParameters: { event: value, other: 'x' } });
  const builds: readonly [RunMark, Partial<Build>, boolean | undefined][] = [
    ['buildNumber', { buildNumber: 'argocd-4711' }, true],
    ['buildNumber', { buildNumber: '20260101.1' }, false],
    ['tag', { tags: ['x', 'argocd-4711'] }, true],
    ['tag', { tags: ['argocd-4712'] }, false],
    ['tag', {}, false],
    ['parameter', event('4711'), true],
    ['parameter', event(4711), true],
    ['parameter', event('4712'), false],
    ['parameter', { templateParameters: { other: '4711' } }, false],
    // A list may leave out what a run was queued with, or show it as empty.
    ['parameter', { templateParameters: {} }, undefined],
    ['parameter', {}, undefined],
    ['parameter', { tags: ['argocd-4711'] }, true],
    ['variable', { parameters: '{"event":"4711"}' }, true],
    ['variable', { parameters: '{"event":"4712"}' }, false],
    ['variable', { parameters: '{}' }, undefined],
    ['variable', {}, undefined],
    ['variable', { parameters: 'not JSON' }, undefined],
    ['variable', { parameters: 'null' }, undefined],
  ];
  for (const [mark, shown, expected] of builds) {
    it(`as ${mark} ${String(expected)} for a build that shows ${JSON.stringify(shown)}`, () => {
      const build = { id: 1, buildNumber: '', status: 'completed', ...shown };
      assert.equal(isBuildOf('4711', mark, build), expected);
    });
  }
});
