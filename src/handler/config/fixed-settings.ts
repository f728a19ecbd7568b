import { printStore } from './store-config.ts';
import type { Config, ConfigFault } from './config.ts';
import { isLoopback, localUrl, printListener } from './listener.ts';

/** A setting that takes effect at the next start: as text to compare, and what to show of it. */
interface Fixed {
  readonly path: string;
  readonly text: (config: Config) => string;
  readonly isSecret?: boolean;
}

const advice = 'Restart the handler: no run is lost.';

const fixed: readonly Fixed[] = [
  { path: 'listen.public', text: ({ listen }) => printListener(listen.public) },
  { path: 'listen.admin', text: ({ listen }) => printListener(listen.admin) },
  { path: 'store.sqlite', text: ({ store }) => printStore(store) },
  {
    path: 'encryptionKeys',
    text: ({ encryptionKeys }) => encryptionKeys.map((key) => key.reveal()).join('\n'),
    isSecret: true,
  },
];

/**
 * The new configuration, with the settings that require a restart kept as they are, including what depends on
 * them; and a warning for each of these.
 */
export function keepFixed(
  inForce: Config,
  next: Config,
): { readonly config: Config; readonly warnings: readonly ConfigFault[] } {
  const { listen, store, encryptionKeys, keyFile } = inForce;
  const warnings = fixed
    .filter(({ text }) => text(inForce) !== text(next))
    .map(({ path, text, isSecret = false }) => ({
      line: undefined,
      path,
      value: isSecret ? '' : text(next),
      problem: 'it cannot change while the handler runs: the previous value stays in effect',
      advice,
    }));
  const config = { ...next, listen, store, encryptionKeys, keyFile };
  // Shown to people. If not set, it follows the listener.
  const publicUrl = next.publicUrl === localUrl(next.listen) ? localUrl(listen) : next.publicUrl;
  // The new file may need no token, since it listens elsewhere; the current listener does.
  const isOpened = next.adminToken === undefined && !isLoopback(listen.admin.host);
  if (!isOpened) return { config: { ...config, publicUrl }, warnings };
  const { adminToken } = inForce;
  const problem =
    'it cannot be removed while listen.admin can be reached from other machines: it stays in effect';
  const kept = { line: undefined, path: 'adminToken', value: '', problem, advice };
  return { config: { ...config, publicUrl, adminToken }, warnings: [...warnings, kept] };
}
