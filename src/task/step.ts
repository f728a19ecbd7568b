import type { Fault } from '../inputs/fault.ts';
import type { InputReader, InputSource } from '../inputs/input-reader.ts';
import { readInputs, type ParseFollowUps, type TaskRequest } from '../inputs/inputs.ts';

/** What a step of an agent job should do. */
export interface TaskInputs extends TaskRequest {
  /** Id of the service connection. */
  readonly connectionId: string;
}

/** Reads all inputs of `ArgoCDSync@1`. Returns the step, or everything that is wrong with them. */
export function readStep(
  source: InputSource,
  parseFollowUps: ParseFollowUps,
): TaskInputs | { readonly faults: readonly Fault[] } {
  const request = readInputs(source, parseFollowUps, readConnectionId);
  if ('faults' in request) return request;
  const { followUps, waitForFollowUps, warnings } = request;
  // A step knows nothing about rules in a handler's configuration.
  if (waitForFollowUps !== true || followUps !== undefined) return request;
  const idle = 'waitForFollowUps has no effect without followUps: remove it.';
  return { ...request, warnings: [...warnings, idle] };
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
