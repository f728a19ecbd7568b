import assert from 'node:assert/strict';
import type { Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

describe('Releases of the Azure DevOps simulator', () => {
  let azure: AzureDevOpsSimulator;
  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ timeScale: Infinity });
    azure.addReleaseDefinition({ name: 'shop', stages: [{ name: 'test' }], artifacts: ['_shop'] });
  });
  afterEach(() => azure.stop());

  async function send(method: string, path: string, body?: unknown, may: Iterable<Right> = rights) {
    const { token } = azure.addIdentity('somebody', may);
    const response = await fetch(`${azure.collectionUrl}shop/_apis/release/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [response.status, await response.text()] as const;
  }
  const artifacts = [{ alias: '_shop', instanceReference: { id: '1', name: null } }];
  const create = (body: object = {}, may?: Iterable<Right>) =>
    send('POST', 'releases?api-version=7.1', { definitionId: 1, artifacts, ...body }, may);

  it('are created, started and canceled as described', async () => {
    assert.equal((await create())[0], 200);
    const stage = 'releases/1/environments/101?api-version=7.1';
    for (const [status, answer] of [
      ['canceled', 400],
      ['inProgress', 200],
      ['inProgress', 400],
      ['canceled', 200],
    ] as const) {
      assert.equal((await send('PATCH', stage, { status }))[0], answer);
    }
    assert.deepEqual(azure.faults, []);
  });

  const refused: readonly [string, () => Promise<readonly [number, string]>, number, RegExp][] = [
    [
      'without a version',
      () => create({ artifacts: [] }),
      400,
      /ArtifactVersionUnavailableException/,
    ],
    [
      'of a missing definition',
      () => create({ definitionId: 9 }),
      404,
      /ReleaseDefinitionNotFoundException/,
    ],
    [
      'with a variable that may not be set',
      () => create({ variables: { a: { value: '1' } } }),
      400,
      /cannot be overridden/,
    ],
    [
      'by a caller who may see nothing',
      () => create({}, []),
      403,
      /does not have view releases permission/,
    ],
    [
      'by a caller who may only see',
      () => create({}, ['View releases']),
      403,
      /does not have create releases permission/,
    ],
    [
      'that do not exist',
      () => send('GET', 'releases/9?api-version=7.1'),
      404,
      /ReleaseNotFoundException/,
    ],
  ];
  for (const [what, call, status, words] of refused) {
    it(`are refused ${what}`, async () => {
      const [answered, text] = await call();
      assert.equal(answered, status);
      assert.match(text, words);
      assert.deepEqual([azure.releases, azure.faults], [[], []]);
    });
  }
});
