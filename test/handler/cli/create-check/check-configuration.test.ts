import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import {
  checkBody,
  checkConfiguration,
  faultsOfRequest,
  type CheckRequest,
} from '../../../../src/handler/cli/create-check/check-configuration.ts';
import { PublicHandler } from '../../../extension/handler.ts';
import { invokeRestApi } from '../../../../simulators/azure-devops/check.ts';
import { describeFaults } from '../../../../simulators/azure-devops/description.ts';
import { AzureDevOpsSimulator } from '../../../../simulators/azure-devops/simulator.ts';

const request: CheckRequest = {
  environmentId: '12',
  connectionId: '5e47a0d8-c745-44f8-8f93-784f18ff31c4',
  displayName: 'Argo CD: shop',
  argocd: 'prod',
  applications: 'shop',
  appProject: '',
  revision: '',
  stableSeconds: 0,
  acceptSuspended: false,
  timeoutMinutes: 60,
};

interface Configuration {
  readonly settings: {
    readonly definitionRef: { readonly id: string; readonly name: string };
    readonly inputs: Readonly<Record<string, string>>;
  };
}

function inputsOf(changes: Partial<CheckRequest> = {}): Readonly<Record<string, string>> {
  return (checkConfiguration({ ...request, ...changes }) as Configuration).settings.inputs;
}

describe('The configuration of an environment check', () => {
  it("matches Azure DevOps' description", () => {
    const faults = describeFaults({
      method: 'POST',
      path: '/fabrikam/shop/_apis/pipelines/checks/configurations?api-version=7.1-preview.1',
      contentType: 'application/json',
      body: JSON.stringify(checkConfiguration(request)),
    });
    assert.deepEqual(faults, []);
  });

  it('uses the built-in check, with a callback, and is evaluated once', () => {
    const { settings, ...more } = checkConfiguration(request) as Configuration;
    assert.equal(settings.definitionRef.id, invokeRestApi.id);
    assert.deepEqual(more, {
      type: { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7', name: 'Task Check' },
      resource: { type: 'environment', id: '12' },
      timeout: 60,
    });
    assert.equal(settings.inputs['waitForCompletion'], 'true');
    assert.equal((settings as { readonly retryInterval?: number }).retryInterval, 0);
  });

  it('leaves the handler a minute to report a timeout', () => {
    const body = JSON.parse(checkBody(request)) as Readonly<Record<string, string>>;
    assert.equal(body['timeoutSeconds'], '3540');
  });

  it('omits what was not requested', () => {
    assert.deepEqual(Object.keys(JSON.parse(checkBody(request)) as object), [
      ...['argocd', 'azureProject', 'runNumber', 'runPage', 'applications', 'timeoutSeconds'],
    ]);
  });

  it('fits into the form of the check', () => {
    for (const name of ['headers', 'body']) assert.ok((inputsOf()[name] ?? '').length <= 2_000);
  });
});

describe('A request for an environment check', () => {
  const wrong: readonly { what: string; changes: Partial<CheckRequest>; input: string }[] = [
    { what: 'an invalid name', changes: { applications: 'Shop!' }, input: '--applications' },
    { what: 'an invalid AppProject', changes: { appProject: 'Shop!' }, input: '--app-project' },
    { what: 'an invalid revision', changes: { revision: '--x\ny' }, input: '--revision' },
    { what: 'an unknown Argo CD', changes: { argocd: 'a\nb' }, input: '--argocd' },
    {
      what: 'a stability period longer than the timeout',
      changes: { stableSeconds: 3_540 },
      input: '--stable-seconds',
    },
    {
      what: 'more names than the form accepts',
      changes: {
        applications: Array.from({ length: 200 }, (_, n) => `application-${n}`).join(),
      },
      input: '--applications',
    },
  ];
  for (const { what, changes, input } of wrong) {
    it(`is refused with ${what}, before the check would be`, () => {
      const faults = faultsOfRequest({ ...request, ...changes });
      assert.deepEqual(
        faults.map((fault) => fault.input),
        [input],
      );
    });
  }

  it('may have a revision that only the run knows', () => {
    assert.deepEqual(faultsOfRequest({ ...request, revision: '$(Build.SourceVersion)' }), []);
  });
});

describe('A check as Azure DevOps sends it to the handler', () => {
  let azure: AzureDevOpsSimulator;
  let handler: PublicHandler;
  before(async () => {
    azure = await AzureDevOpsSimulator.start();
    handler = await PublicHandler.start(azure.collectionUrl);
  });
  after(async () => {
    await Promise.all([azure.stop(), handler.stop()]);
  });

  for (const slash of ['', '/']) {
    it(`is accepted as requested, at an address that ends in "${slash}"`, async () => {
      handler.orders.length = 0;
      const { connectedServiceName, connectedServiceNameSelector, ...inputs } = inputsOf({
        applications: 'shop, team-a/stock',
        appProject: 'default',
        revision: '$(Build.SourceVersion)',
        stableSeconds: 30,
        acceptSuspended: true,
      });
      assert.equal(connectedServiceName, request.connectionId);
      assert.equal(connectedServiceNameSelector, 'connectedServiceName');
      const check = azure.runCheck({
        inputs,
        connection: {
          url: handler.url + slash,
          scheme: 'UsernamePassword',
          parameters: { username: '', password: handler.token },
        },
      });
      while (check.execution.sent.length === 0 || check.execution.sent[0]?.answer === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(check.execution.sent[0].answer.status, 202, check.execution.sent[0].answer.text);
      check.end();
      assert.equal(await check.done, 'canceled');

      const [order, ...more] = handler.orders;
      assert.ok(order);
      assert.equal(more.length, 0);
      assert.equal(order.kind, 'check');
      assert.equal(order.buildId, check.job.build.id);
      assert.equal(order.address.hub, 'checks');
      assert.equal(order.request.timeout, 3_540_000);
      assert.equal(order.request.project, 'default');
      assert.deepEqual(order.request.subject, {
        names: [{ name: 'shop' }, { name: 'stock', namespace: 'team-a' }],
      });
      assert.ok(order.request.goal.action === 'wait');
      const { target, stableFor, acceptSuspended } = order.request.goal;
      assert.deepEqual(target, { kind: 'revision', revision: check.job.build.sourceVersion });
      assert.equal(stableFor, 30_000);
      assert.ok(acceptSuspended);
      assert.match(order.page, /\/_build\/results\?buildId=\d+$/);
    });
  }
});
