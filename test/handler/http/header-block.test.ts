import assert from 'node:assert/strict';
import { Collections } from '../../../src/azure/http/collection.ts';
import { printFault } from '../../../src/inputs/fault.ts';
import { readHeaderBlock, type HeaderNeeds } from '../../../src/handler/http/header-block.ts';
import {
  clientToken,
  headerBlock,
  jobId,
  jobToken,
  planId,
  projectId,
  taskInstanceId,
} from './example-requests.ts';

type Texts = Readonly<Record<string, string | undefined>>;

const collections = new Collections([{ url: 'https://dev.azure.com/fabrikam', isPrivate: false }]);
const sync: HeaderNeeds = { token: true, build: false };
const check: HeaderNeeds = { token: true, build: true };
const gate: HeaderNeeds = { token: false, build: false };

function read(changes: Texts, needs: HeaderNeeds = sync) {
  const headers: Texts = { ...headerBlock, ...changes };
  return readHeaderBlock(
    (name) => headers[name],
    (planUrl) => collections.match(planUrl),
    needs,
  );
}

function accepted(changes: Texts = {}, needs?: HeaderNeeds) {
  const block = read(changes, needs);
  if ('faults' in block) assert.fail(block.faults.map(printFault).join('\n'));
  return block;
}

function refused(changes: Texts, needs?: HeaderNeeds): readonly string[] {
  const block = read(changes, needs);
  assert.ok('faults' in block, 'nothing was refused');
  return block.faults.map(printFault);
}

describe('The header block', () => {
  it('says where the run is, in lower case and with the collection in our notation', () => {
    const changes = {
      PlanId: planId.toUpperCase(),
      HubName: 'Build',
      PlanUrl: 'HTTPS://dev.azure.com/Fabrikam//',
    };
    assert.deepEqual(accepted(changes).address, {
      collection: 'https://dev.azure.com/fabrikam',
      projectId,
      hub: 'build',
      planId,
      jobId,
      timelineId: planId,
      taskInstanceId,
    });
  });

  it("contains the job's token as a secret", () => {
    const { token } = accepted();
    assert.equal(token.reveal(), jobToken);
    assert.equal(JSON.stringify(token), '"***"');
  });

  it('accepts every hub', () => {
    for (const hub of ['build', 'release', 'gates', 'checks', 'Gates']) {
      assert.equal(accepted({ HubName: hub }).address.hub, hub.toLowerCase());
    }
  });

  it('is an execute request unless it says that it is a cancel request', () => {
    assert.equal(accepted().isCancel, false);
    assert.equal(accepted({ RequestType: 'Execute' }).isCancel, false);
    assert.equal(accepted({ RequestType: 'cancel' }).isCancel, true);
  });

  it('names the build only for a check', () => {
    assert.equal(accepted({ BuildId: '4711' }, check).buildId, 4_711);
    assert.equal(accepted({}, check).buildId, undefined);
    assert.equal(accepted({ BuildId: '$(Build.BuildId)' }, sync).buildId, undefined);
  });

  it('needs no token for a gate', () => {
    assert.equal(accepted({ AuthToken: undefined }, gate).token.reveal(), '');
    assert.equal(accepted({ AuthToken: '$(system.AccessToken)' }, gate).token.reveal(), '');
    assert.equal(accepted({}, gate).token.reveal(), jobToken);
  });

  const faults: readonly (readonly [string, Texts, RegExp, HeaderNeeds?])[] = [
    [
      'no PlanUrl',
      { PlanUrl: undefined },
      /^header PlanUrl: it is missing\. Send the header as `PlanUrl: \$\(System\.CollectionUri\)`\.$/,
    ],
    ['an empty id', { JobId: ' ' }, /^header JobId: it is missing/],
    ['an invalid id', { PlanId: '42' }, /^header PlanId "42": this is not a valid ID \(a GUID\)/],
    [
      'the empty GUID',
      { TaskInstanceId: '00000000-0000-0000-0000-000000000000' },
      /^header TaskInstanceId "0000.*: this is not a valid ID/,
    ],
    [
      'an id with trailing text',
      { TimelineId: `${planId}/..` },
      /^header TimelineId .*: this is not a valid ID/,
    ],
    [
      'two headers of the same name',
      { ProjectId: `${projectId}, ${projectId}` },
      /^header ProjectId .*: this is not a valid ID/,
    ],
    [
      'a variable that was not expanded',
      { ProjectId: '$(System.TeamProjectId)' },
      /^header ProjectId "\$\(System.TeamProjectId\)": this was not expanded/,
    ],
    [
      'an expression that was not evaluated',
      { TimelineId: "$[ variables['x'] ]" },
      /^header TimelineId .*: this was not expanded/,
    ],
    [
      'a template expression that was not expanded',
      { JobId: '${{ parameters.job }}' },
      /^header JobId .*: this was not expanded/,
    ],
    [
      'the hub of deployment groups',
      { HubName: 'deployment' },
      /^header HubName "deployment": deployment group jobs do not support callbacks\. Use an agentless job/,
    ],
    [
      'an unknown hub',
      { HubName: 'rm' },
      /^header HubName "rm": unknown hub\. Use one of build, release, gates, checks\.$/,
    ],
    [
      'no token',
      { AuthToken: undefined },
      /^header AuthToken: Azure Pipelines did not provide the job's token, .*allow scripts of the agentless job to access the OAuth token\.$/,
    ],
    [
      'a token that was not expanded',
      { AuthToken: '$(system.AccessToken)' },
      /^header AuthToken: Azure Pipelines did not provide the job's token/,
    ],
    [
      'a token that is an expression',
      { AuthToken: '${{ parameters.token }}' },
      /^header AuthToken: Azure Pipelines did not provide the job's token/,
    ],
    ['a token with a space', { AuthToken: 'two words' }, /^header AuthToken: this is not a token/],
    [
      'an oversized token',
      { AuthToken: 'x'.repeat(8_193) },
      /^header AuthToken: this is not a token/,
    ],
    [
      'an invalid build',
      { BuildId: '$(Build.BuildId)' },
      /^header BuildId "\$\(Build.BuildId\)": this is not the ID of a build\. .*or leave it out\.$/,
      check,
    ],
    [
      'a request of another kind',
      { RequestType: 'Delete' },
      /^header RequestType "delete": unknown request type/,
    ],
    [
      'an oversized header',
      { PlanUrl: `https://dev.azure.com/${'x'.repeat(3_000)}` },
      /^header PlanUrl .*: it is too long/,
    ],
  ];
  for (const [what, changes, expected, needs] of faults) {
    it(`refuses ${what}`, () => {
      const told = refused(changes, needs);
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', expected);
    });
  }

  const foreign = [
    'https://evil.example.com/fabrikam/',
    'https://dev.azure.com/contoso/',
    'https://dev.azure.com.evil.example.com/fabrikam/',
    'https://dev.azure.com@evil.example.com/fabrikam/',
    'https://user@dev.azure.com/fabrikam/',
    'http://dev.azure.com/fabrikam/',
    'https://dev.azure.com/fabrikam/../contoso',
    'https://dev.azure.com/fabrikam?x',
    'https://127.0.0.1/fabrikam',
    'https://[::1]/fabrikam',
    'https://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'fabrikam',
  ];
  for (const planUrl of foreign) {
    it(`refuses the collection ${planUrl}`, () => {
      const block = read({ PlanUrl: planUrl });
      assert.ok('faults' in block);
      assert.equal(block.isForeign, true);
      assert.match(
        block.faults.map(printFault).join(),
        /this handler does not serve that collection/,
      );
    });
  }

  it('reports all faults at once', () => {
    const changes = Object.fromEntries(Object.keys(headerBlock).map((name) => [name, undefined]));
    assert.equal(refused(changes).length, Object.keys(headerBlock).length);
  });

  it('never shows a token, even from a header where it should not be', () => {
    const Authorization = `Bearer ${clientToken}`;
    for (const name of Object.keys(headerBlock)) {
      if (name === 'AuthToken') continue;
      for (const token of [jobToken, clientToken]) {
        const told = refused({ [name]: token, Authorization }).join();
        assert.ok(!told.includes(token.slice(0, 10)), told);
      }
    }
  });
});
