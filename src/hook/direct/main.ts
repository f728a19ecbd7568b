import type { DirectModule } from '../direct-module.ts';
import { DirectChannel } from './direct-channel.ts';

/** Opens the way to Azure Pipelines that needs no handler. */
export const open: DirectModule['open'] = (way, env) => new DirectChannel(way, env);
