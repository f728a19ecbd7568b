import * as z from 'zod/mini';
import {
  addressKey,
  completeAddress,
  printPipelineAddress,
  type AddressDefaults,
  type PipelineAddress,
} from '../pipeline-address.ts';

/** What all kinds have in common that queue a run of a pipeline or release definition. */
export const queueing = {
  permission: 'queue',
  queues: true,
  once: undefined,
  target: (action: PipelineAddress, defaults: AddressDefaults): string | undefined => {
    const address = completeAddress(action, defaults);
    return address && addressKey(address);
  },
  print: (action: PipelineAddress): string => printPipelineAddress(action),
} as const;

/** A complete address in the store. */
export const storedAddress = {
  organization: z.string(),
  project: z.string(),
  pipeline: z.union([z.string(), z.number()]),
};

/** Texts by name in the store. */
export const storedTexts = z.record(z.string(), z.string());
