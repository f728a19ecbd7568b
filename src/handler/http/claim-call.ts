import { InputReader } from '../../inputs/input-reader.ts';
import { readClaimSpec } from './run-specs.ts';
import { accept, cancel, readBlock, readCall, refuseInputs } from './public-calls.ts';
import type { Answer, CallPorts, PublicCall } from './public-calls.ts';
import { Refusal } from './refusal.ts';
import { eventSections } from './sync-sections.ts';

/**
 * Accepts a claim. Once the run has proven itself, it is told its event. No rule is checked: the handler
 * itself queued the run because of a rule, and hands the event out only in that project. The answer is the
 * same for every key, whether or not the event exists.
 */
export async function answerClaim(call: PublicCall, ports: CallPorts): Promise<Answer> {
  const { access, intake } = ports;
  const block = readBlock(call, access, { token: true, build: false });
  if (block instanceof Refusal) return block;
  if (block.isCancel) return cancel(call, block, intake);
  const sections = await readCall(call, block, eventSections);
  if (sections instanceof Refusal) return sections;
  const reader = new InputReader({ input: (name) => sections.get(name) });
  const spec = readClaimSpec(sections, reader, { client: call.client, address: block.address });
  return spec === undefined ? refuseInputs(reader.faults) : accept(spec, block, ports);
}
