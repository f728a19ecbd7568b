import assert from 'node:assert/strict';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';
import { readStep } from '../../src/task/step.ts';
import { openingLines } from '../../src/report/opening.ts';

type Inputs = Readonly<Record<string, string>>;

function opening(inputs: Inputs): readonly string[] {
  const all: Inputs = { argocdConnection: 'c', project: 'p', ...inputs };
  const request = readStep({ input: (name) => all[name] }, parseFollowUps);
  if ('faults' in request) assert.fail(JSON.stringify(request.faults));
  return openingLines(request, 'https://argocd.example.com');
}

describe('The first lines of the log', () => {
  const table: readonly (readonly [string, Inputs, readonly string[]])[] = [
    [
      'say what is synced, where, to which revision and how',
      { applications: 'shop', revision: '4f2c9d1be33f21e2a4a1b2c3d4e5f60718293a4b' },
      [
        'Sync shop to 4f2c9d1 on https://argocd.example.com',
        'Hooks run; followed until Healthy; at most 30 min.',
      ],
    ],
    [
      'name several applications',
      { applications: 'shop,team/cart', waitFor: 'operation', prune: 'true' },
      [
        'Sync 2 applications (shop, team/cart) to the revision they track on https://argocd.example.com',
        'Pruning; hooks run; followed to the end of the operation; at most 30 min.',
      ],
    ],
    [
      'say that strategy apply runs no hooks',
      { applications: 'shop', strategy: 'apply', force: 'true', waitFor: 'none' },
      [
        'Sync shop to the revision it tracks on https://argocd.example.com',
        'With force; strategy apply: hooks do not run; not followed; at most 30 min.',
      ],
    ],
    [
      'say that a selective sync runs no hooks',
      {
        selector: 'team=a',
        resources: 'Service:web',
        dryRun: 'true',
        syncOptions: 'Validate=false',
      },
      [
        'Dry run: sync the applications with team=a to the revision they track on https://argocd.example.com',
        'With Validate=false; nothing is changed; only the selected resources, for which Argo CD runs no hooks; followed to the end of the dry run; at most 30 min.',
      ],
    ],
    [
      'say that a selective sync waits for the selected resources',
      { applications: 'shop', resources: 'Service:web' },
      [
        'Sync shop to the revision it tracks on https://argocd.example.com',
        'Only the selected resources, for which Argo CD runs no hooks; followed until these are Healthy; at most 30 min.',
      ],
    ],
    [
      'say that a dry run changes nothing, and never that hooks run',
      { applications: 'shop', dryRun: 'true' },
      [
        'Dry run: sync shop to the revision it tracks on https://argocd.example.com',
        'Nothing is changed; no hook runs; followed to the end of the dry run; at most 30 min.',
      ],
    ],
    [
      'say the same for a dry run with strategy apply that is not followed',
      { applications: 'shop', dryRun: 'true', strategy: 'apply', waitFor: 'none' },
      [
        'Dry run: sync shop to the revision it tracks on https://argocd.example.com',
        'Nothing is changed; no hook runs; not followed; at most 30 min.',
      ],
    ],
    [
      'describe the dry run of a rollback',
      { applications: 'shop', action: 'rollback', dryRun: 'true' },
      [
        'Dry run: roll shop back to the previous deployment on https://argocd.example.com',
        'Nothing is changed; a rollback runs no hooks; followed to the end of the dry run; at most 30 min.',
      ],
    ],
    [
      'say how many applications are expected',
      { selector: 'team=shop', expectedCount: '3', action: 'wait' },
      [
        'Wait until the 3 applications with team=shop run the revision they track on https://argocd.example.com',
        'Followed until Healthy; at most 30 min.',
      ],
    ],
    [
      'describe a wait',
      { applications: 'shop', action: 'wait', revisions: '2=v1', stableSeconds: '60' },
      [
        'Wait until shop runs v1 (source 2) on https://argocd.example.com',
        'Followed until Healthy for 1 min; at most 30 min.',
      ],
    ],
    [
      'describe a rollback',
      { applications: 'shop', action: 'rollback', rollbackTo: '3' },
      [
        'Roll shop back to history id 3 on https://argocd.example.com',
        'A rollback runs no hooks; followed until Healthy; at most 30 min.',
      ],
    ],
    [
      'describe a termination',
      { applications: 'shop', action: 'terminate' },
      [
        'Terminate the running operation of shop on https://argocd.example.com',
        'No matter who started it; at most 30 min.',
      ],
    ],
  ];
  for (const [what, inputs, lines] of table) {
    it(what, () => assert.deepEqual(opening(inputs), lines));
  }

  it('name at most ten applications', () => {
    const names = Array.from({ length: 12 }, (_, i) => `a${i}`).join();
    assert.match(
      opening({ applications: names })[0] ?? '',
      /12 applications \(a0, .*a9 and 2 more\)/,
    );
  });

  it('end with the warnings', () => {
    assert.match(
      opening({ applications: 'shop', project: '' })[2] ?? '',
      /^##\[warning\]project is/,
    );
  });
});
