import { Site } from '../demo/agentless/site.ts';
import { hook, type Manifest } from '../demo/manifests.ts';
import { addApplication, applicationName, push, smokeTest, workloads } from '../demo/shop.ts';

/** Simulated seconds: long enough to fetch the page while it runs. */
const longMigration = hook('migrate', { phase: 'PreSync', seconds: 20, log: ['migrating'] });
const timeoutInMinutes = 1;
/** Milliseconds between two looks at the page, and how many looks before giving up. */
const pause = 200;
const looks = 150;

const statusAddress = /"statusPage":"(http:\/\/127\.0\.0\.1:\d+\/)"/;

/** The handler's status page with one sync that has ended and one that is running. */
export async function playStatus(): Promise<string> {
  const site = await Site.open();
  try {
    addApplicationWith(site, [...workloads, smokeTest]);
    await runSync(site).done;
    push(site.argocd, [longMigration, ...workloads, smokeTest]);
    runSync(site);
    const address = statusAddress.exec(site.handler.printedNow)?.[1];
    if (address === undefined) throw new Error('The handler did not say where its page is.');
    for (let look = 0; look < looks; look += 1) {
      const page = await (await fetch(address)).text();
      if (/Following/.test(page) && page.includes('migrate')) return page;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    throw new Error('The status page showed no sync that runs.');
  } finally {
    await site.close();
  }
}

function addApplicationWith({ argocd }: Site, manifests: readonly Manifest[]): void {
  push(argocd, manifests);
  addApplication(argocd);
}

function runSync(site: Site) {
  const inputs = { argocd: 'prod', applications: applicationName, project: 'default' };
  return site.azure.runServerTask({ ...site.use('ArgoCDSyncServer', inputs), timeoutInMinutes });
}
