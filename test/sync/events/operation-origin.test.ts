import { strict as assert } from 'node:assert';
import type { Operation } from '../../../src/sync/model/operation.ts';
import { originOf } from '../../../src/sync/events/operation-origin.ts';
import { foreign, operation, resource } from '../sample-application.ts';

describe('The origin of an operation', () => {
  const automated = { username: '', automated: true };
  const cases: readonly (readonly [string, Operation, unknown])[] = [
    ['one of our runs', operation(), { kind: 'run', marker: 'run-1' }],
    [
      'one of our runs with its address',
      operation({
        info: [
          { name: 'azure-pipelines/run', value: 'run-1' },
          {
            name: 'Run',
            value: '20261128.1 https://dev.azure.com/fabrikam/shop/_build/results?buildId=7',
          },
        ],
      }),
      {
        kind: 'run',
        marker: 'run-1',
        page: 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7',
      },
    ],
    ['a user', foreign(), { kind: 'user', name: 'eve' }],
    [
      'nobody by name',
      foreign({ initiatedBy: { username: '', automated: false } }),
      { kind: 'user', name: '' },
    ],
    ['auto-sync', foreign({ initiatedBy: automated }), { kind: 'autoSync' }],
    [
      'self-heal',
      foreign({ initiatedBy: automated, resources: [resource('Healthy')] }),
      { kind: 'selfHeal' },
    ],
    [
      'a rolling sync',
      foreign({ initiatedBy: { username: 'applicationset-controller', automated: true } }),
      { kind: 'applicationSet' },
    ],
  ];
  for (const [what, asked, expected] of cases) {
    it(`is ${what}`, () => assert.deepEqual(originOf(asked), expected));
  }
});
