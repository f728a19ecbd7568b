import { line } from '../line.ts';
import type { Screen } from '../screen.ts';
import { applicationName } from '../shop.ts';
import type { Site } from './site.ts';

/** Kills the handler in a way that no process can prevent, and starts it again after the PreSync hooks. */
export async function killAndRestart(site: Site, screen: Screen): Promise<void> {
  const { handler, argocd } = site;
  const { pid } = handler;
  await handler.kill();
  screen.line(line(`✗ kill -9 ${pid}: the handler is gone. The hook continues without it.`, 'bad'));
  await argocd.until(applicationName, (application) => {
    const results = application?.status.operationState?.syncResult?.resources ?? [];
    const hooks = results.filter(({ hookType }) => hookType === 'PreSync');
    return hooks.length > 0 && hooks.every(({ hookPhase }) => hookPhase !== 'Running');
  });
  await site.startHandler();
  const again = `✓ The hook has ended, and the handler starts again as process ${handler.pid}.`;
  screen.line(line(again, 'good'));
}
