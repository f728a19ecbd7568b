import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer } from './child-server.ts';
import type { ArgoCDOrders } from './argo-cd-server.ts';
import type { AzureOrders } from './azure-server.ts';
import { HandlerSite } from './handler-process.ts';

/** A handler's site with its two neighbors, each in a separate process. */
export interface Stage {
  readonly azure: ChildServer<AzureOrders>;
  readonly argocd: ChildServer<ArgoCDOrders>;
  readonly collection: string;
  readonly site: HandlerSite;
}

/** Does something on a new stage, which is removed afterward. */
export async function onStage<T>(
  temporaryFolder: string,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(temporaryFolder, 'handler-'));
  const azure = await ChildServer.start<AzureOrders>(join(import.meta.dirname, 'azure-server.ts'));
  const argocd = await ChildServer.start<ArgoCDOrders>(
    join(import.meta.dirname, 'argo-cd-server.ts'),
  );
  try {
    const { url: collection } = await azure.ask('about', undefined);
    const { url } = await argocd.ask('about', undefined);
    const site = await HandlerSite.make(folder, { collection, argocd: url });
    const played = await play({ azure, argocd, collection, site });
    const faults = await azure.ask('faults', undefined);
    if (faults.length > 0)
      throw new Error(`Against the rules of Azure DevOps: ${faults.join('; ')}`);
    return played;
  } finally {
    azure.stop();
    argocd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
