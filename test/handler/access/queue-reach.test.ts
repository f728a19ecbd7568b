import assert from 'node:assert/strict';
import type { Grant } from '../../../src/follow-ups/grants.ts';
import { parseFollowUps } from '../../../src/follow-ups/follow-ups-text.ts';
import { reachDenials } from '../../../src/handler/access/queue-reach.ts';

const grant: Grant = {
  argocd: 'prod',
  appProjects: ['retail'],
  organization: 'fabrikam',
  azureProjects: ['ops'],
  pipelines: ['rollback'],
};
const own = { organization: 'fabrikam', projects: ['id-1', 'shop'], argocd: 'prod' };

function denied(followUps: string, appProject = 'retail', grants: readonly Grant[] = []) {
  const parsed = parseFollowUps(followUps);
  assert.ok('value' in parsed);
  return reachDenials(parsed.value, { ...own, appProject }, grants);
}

describe('What a run may have queued, judged by its request alone', () => {
  it('is any pipeline of its own project, however the project is named', () => {
    for (const name of ['smoke', 'shop/smoke', 'SHOP/smoke', 'Fabrikam/shop/smoke', 'id-1/7']) {
      assert.deepEqual(denied(`onSuccess: ${name}`), [], name);
    }
  });

  it('is a pipeline of another project only by a grant for the AppProject', () => {
    assert.deepEqual(denied('onFailure: ops/rollback', 'retail', [grant]), []);
    for (const [name, appProject] of [
      ['ops/rollback', 'web'],
      ['ops/other', 'retail'],
      ['contoso/ops/rollback', 'retail'],
    ] as const) {
      assert.equal(denied(`onFailure: ${name}`, appProject, [grant]).length, 1, name);
    }
  });

  it('comes with what is missing for each, even if the AppProject is unknown', () => {
    const [first, second] = denied('onSuccess: ops/a\nonFailure: ops/b');
    assert.match(
      first?.message ?? '',
      /ops\/a is in another project; .* a grant for the AppProject retail$/,
    );
    assert.match(second?.advice ?? '', /entry in `grants`/);
    assert.match(denied('onSuccess: ops/a', '')[0]?.advice ?? '', /^Set `project`/);
  });
});
