import type { Fault } from '../inputs/fault.ts';
import type { InputReader, InputSource } from '../inputs/input-reader.ts';
import { readInputs, type ParseFollowUps, type TaskRequest } from '../inputs/inputs.ts';

/** What a step of an agent job was asked to do. */
export interface TaskInputs extends TaskRequest {
  /** Id of the service connection. */
  readonly connectionId: string;
}

/** Reads all inputs of `ArgoCDSync@1`: the step, or everything that is wrong with any of them. */
export function readStep(
  source: InputSource,
  parseFollowUps: ParseFollowUps,
): TaskInputs | { readonly faults: readonly Fault[] } {
  return readInputs(source, parseFollowUps, readConnectionId);
}

function readConnectionId(reader: InputReader): Pick<TaskInputs, 'connectionId'> {
  const connectionId = reader.text('argocdConnection');
  if (connectionId === '' && reader.faults.length === 0) {
    reader.refuse(
      'argocdConnection',
      '',
      'it is missing',
      'Specify an Argo CD service connection.',
    );
  }
  return { connectionId };
}
