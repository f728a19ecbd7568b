import { printStore } from './store-config.ts';
import type { Config, ConfigFault } from './config.ts';
import { isLoopback, localUrl, printListener } from './listener.ts';

/** A setting that counts from the next start on, as text to compare, and what to show of it. */
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
 * The new configuration as far as it can come into force while the handler runs, with a warning for
 * each setting that cannot and stays as it is in force, together with what belongs to it.
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
      problem: 'it cannot change while the handler runs: the value from its start stays in effect',
      advice,
    }));
  const config = { ...next, listen, store, encryptionKeys, keyFile };
  // Told to people: where it says nothing, it follows the listener.
  const publicUrl = next.publicUrl === localUrl(next.listen) ? localUrl(listen) : next.publicUrl;
  // The new file may do without a token, since it listens elsewhere; what listens now may not.
  const isOpened = next.adminToken === undefined && !isLoopback(listen.admin.host);
  if (!isOpened) return { config: { ...config, publicUrl }, warnings };
  const { adminToken } = inForce;
  const problem =
    'it cannot be removed while listen.admin can be reached from other machines: it stays in effect';
  const kept = { line: undefined, path: 'adminToken', value: '', problem, advice };
  return { config: { ...config, publicUrl, adminToken }, warnings: [...warnings, kept] };
}
