import type { DirectModule } from '../direct-module.ts';
import { DirectChannel } from './direct-channel.ts';

/** Opens the channel to Azure Pipelines without a handler. */
export const open: DirectModule['open'] = (destination, env) => new DirectChannel(destination, env);
