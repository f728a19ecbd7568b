import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { requireNode24 } from '../../node-24.ts';
import type { Figure } from '../figure.ts';
import { onStage } from './stage.ts';

const count = 10_000;
/** The memory limit of the handler in Kubernetes (deploy/handler/base/deployment.yaml), in MB. */
const allowed = 640;
/** Pages that a person may open during startup. */
const pages = ['/', '/?show=reporting', '/?show=ended', '/metrics'];

/**
 * How a handler starts with ten thousand runs that have large results, as stored by an earlier version: 400
 * MB of 50 runs that are being reported, 80 MB of runs that have ended.
 */
export async function measureFatRuns(temporaryFolder: string): Promise<readonly Figure[]> {
  return onStage(temporaryFolder, async ({ site, collection }) => {
    const filling = join(import.meta.dirname, 'fat-store-process.ts');
    const about = [site.database, collection, String(count)];
    execFileSync(requireNode24(), ['--import', 'tsx', filling, ...about]);
    const size = site.storeSize;
    const handler = site.start();
    try {
      const readyAt = await handler.ready();
      const atReady = handler.peakMemory;
      for (const page of pages) await handler.admin(page);
      const what = `start with ${count} fat runs`;
      return [
        { what: `${what}: size of the store`, value: size, unit: 'MB' },
        { what: `${what}: to ready`, value: (readyAt - handler.startedAt) / 1_000, unit: 's' },
        { what: `${what}: peak memory until then`, value: atReady, unit: 'MB', goal: allowed },
        {
          what: `${what}: peak memory, all lists read`,
          value: handler.peakMemory,
          unit: 'MB',
          goal: allowed,
        },
      ];
    } finally {
      await handler.stop('SIGTERM');
    }
  });
}
