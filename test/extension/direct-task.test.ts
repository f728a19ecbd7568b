import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import { configMap, files } from '../manifests.ts';

const extension = join(root, 'vss-extension.json');

describe('ArgoCDSyncDirect, whose request Azure DevOps sends to Argo CD itself,', () => {
  const sent: readonly (readonly [string, boolean, string | undefined, boolean])[] = [
    ['starts a sync', false, undefined, true],
    ['fails with what Argo CD says if Azure DevOps adds a character set', true, undefined, false],
    [
      'fails all the same if that is listed, since its semicolon separates two types',
      true,
      'application/json;application/json; charset=utf-8',
      false,
    ],
    ['starts a sync with it where Argo CD accepts any type', true, '', true],
  ];
  for (const [what, addsCharset, contentTypes, isStarted] of sent) {
    it(what, async () => {
      const argocd = await ArgoCDSimulator.start(
        contentTypes === undefined ? {} : { contentTypes },
      );
      const azure = await AzureDevOpsSimulator.start({ extension, behavior: { addsCharset } });
      try {
        argocd.commit('shop', files(configMap('settings')));
        argocd.createApplication('shop');
        const run = azure.runServerTask({
          task: join(root, 'tasks/ArgoCDSyncDirect/V1'),
          inputs: { argocdConnection: 'argocdConnection', application: 'shop', project: 'default' },
          connections: {
            argocdConnection: {
              url: `${argocd.url}/`,
              scheme: 'Token',
              parameters: { apitoken: argocd.token },
            },
          },
        });
        if (isStarted) {
          await argocd.until('shop', (shop) => shop?.status.operationState !== undefined);
          run.cancel();
        }
        const { result, message = '' } = await run.done;
        if (!isStarted) {
          assert.equal(result, 'failed');
          assert.match(message, /status 415: Invalid content type/);
          assert.equal(argocd.application('shop')?.status.operationState, undefined);
        }
      } finally {
        await Promise.all([argocd.stop(), azure.stop()]);
      }
    });
  }
});
