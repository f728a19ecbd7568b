import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CallFailed } from './handler-client.ts';
import type { HookChannel } from './run-hook.ts';
import type { Destination } from './destination.ts';

/** The options for queuing a pipeline without a handler. */
export type DirectDestination = Extract<Destination, { kind: 'direct' }>;
/** The variables of the pod. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The command's second bundle, `hook-direct.js`: the pipelines of Azure DevOps, and the library for
 * identities of Entra. It is loaded only for `--direct`, so that other hooks do not start more slowly.
 */
export interface DirectModule {
  open(destination: DirectDestination, env: Environment): HookChannel;
}

const fileName = 'hook-direct.js';

/** Loads the bundle next to the command, `program`. Rejects with a `CallFailed` if it is missing. */
export async function loadDirect(program: string): Promise<DirectModule> {
  // `npx` runs the command through a symbolic link.
  const file = join(dirname(realpathSync(program)), fileName);
  try {
    const loaded = (await import(pathToFileURL(file).href)) as { readonly default: DirectModule };
    return loaded.default;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const message = `--direct needs the file ${file}, which is missing: use the handler's image, or the whole package.`;
    throw new CallFailed('refused', message);
  }
}
