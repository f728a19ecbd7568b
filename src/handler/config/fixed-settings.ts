import type { Config, ConfigFault } from './config.ts';
import { printListener } from './listener.ts';

/** A setting that counts from the next start on, as text to compare, and what to show of it. */
interface Fixed {
  readonly path: string;
  readonly text: (config: Config) => string;
  readonly isSecret?: boolean;
}

const fixed: readonly Fixed[] = [
  { path: 'listen.public', text: ({ listen }) => printListener(listen.public) },
  { path: 'listen.admin', text: ({ listen }) => printListener(listen.admin) },
  { path: 'store.sqlite', text: ({ store }) => store.sqlite },
  {
    path: 'encryptionKeys',
    text: ({ encryptionKeys }) => encryptionKeys.map((key) => key.reveal()).join('\n'),
    isSecret: true,
  },
];

/**
 * The new configuration as far as it can come into force while the handler runs, with a warning for
 * each setting that cannot and keeps the value it was started with.
 */
export function keepFixed(
  started: Config,
  next: Config,
): { readonly config: Config; readonly warnings: readonly ConfigFault[] } {
  const { listen, store, encryptionKeys, keyFile } = started;
  const warnings = fixed
    .filter(({ text }) => text(started) !== text(next))
    .map(({ path, text, isSecret = false }) => ({
      line: undefined,
      path,
      value: isSecret ? '' : text(next),
      problem: 'it cannot change while the handler runs: it keeps the value of the start',
      advice: 'Restart the handler: no run is lost by it.',
    }));
  return { config: { ...next, listen, store, encryptionKeys, keyFile }, warnings };
}
