import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  checkSections,
  claimSections,
  gateSections,
  runSections,
  syncSections,
} from '../../../src/handler/http/sync-sections.ts';

interface Definition {
  readonly inputs: readonly { readonly name: string }[];
  readonly execution: {
    readonly HttpRequest: { readonly Execute: { readonly Body: string } };
  };
}

function definitionOf(task: string): Definition {
  const path = new URL(`../../../tasks/${task}/V1/task.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Definition;
}

describe('The sections', () => {
  it('of a sync identify the caller and contain the inputs of the agent task', () => {
    const inputs = definitionOf('ArgoCDSync').inputs.map(({ name }) => name);
    const ofAgents = ['argocdConnection', 'publishSummary'];
    const shared = inputs.filter((name) => !ofAgents.includes(name));
    assert.deepEqual(syncSections, [...claimSections, ...runSections, ...shared]);
  });

  for (const [task, names] of [
    ['ArgoCDSyncServer', syncSections],
    ['ArgoCDGate', gateSections],
  ] as const) {
    it(`are exactly those that ${task} sends, in its order`, () => {
      const { Body } = definitionOf(task).execution.HttpRequest.Execute;
      const sent = [...Body.matchAll(/^--\$\(system\.PlanId\) (\w+)$/gim)].map(([, name]) => name);
      assert.deepEqual(sent, names);
    });
  }

  it('of a check are those of a gate and of a run', () => {
    const own = checkSections.filter((name) => !gateSections.some((each) => each === name));
    assert.deepEqual(own, [...runSections, 'timeoutSeconds']);
  });
});
