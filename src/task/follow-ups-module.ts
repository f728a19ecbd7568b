import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../async/clock.ts';
import type { FollowObserver } from '../follow/follow-observer.ts';
import type { Parsed } from '../inputs/fault.ts';
import type { Application, ApplicationName } from '../sync/model/application.ts';
import type { Progress } from '../sync/model/outcome.ts';
import { UserError } from '../user-error.ts';
import type { ConnectionSource } from './connection.ts';

/** The parameters of the follow-ups of one step. */
export interface FollowUpsRequest {
  /** The input, validated by `parse`. */
  readonly text: string;
  /** Whether the step waits for them. */
  readonly isWaited: boolean;
  /** Whether a cancellation of the step also cancels those that it waits for. */
  readonly endsOnCancel: boolean;
  /** The run's marker on its operations. */
  readonly marker: string;
  /** Argo CD's URL, and the page of an application there. */
  readonly server: string;
  readonly pageOf: (application: ApplicationName) => string;
  readonly source: ConnectionSource;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the run is canceled. */
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

/** The follow-ups of a step in progress. */
export interface FollowUps extends FollowObserver {
  /** Ends everything that is still in progress. */
  close(): Promise<void>;
}

/**
 * The step's second bundle, `follow-ups.js`: YAML, the schema of rules, and the pipelines of Azure
 * DevOps. It is loaded only where the input is set, so that no other step starts later for it; or at
 * the end, for an application with annotations that are for us.
 */
export interface FollowUpsModule {
  /** Validates the input, including what a step cannot do with its job's token. */
  parse(text: string, source: ConnectionSource): Parsed<unknown>;
  start(order: FollowUpsRequest): FollowUps;
  /** What is wrong with annotations as they are written: sentences, foreign in part. */
  faultsOf(application: Pick<Application, 'annotations'>): readonly string[];
}

const fileName = 'follow-ups.js';

/** Loads the bundle next to the step's own. Rejects with a `UserError` if it is missing. */
export async function loadFollowUps(program: string): Promise<FollowUpsModule> {
  const file = join(dirname(program), fileName);
  if (!existsSync(file)) {
    throw new UserError(
      `The input followUps needs the file ${fileName} of the task, which is missing.`,
      'Nothing was requested from Argo CD. Reinstall the extension, or have the agent download the task again by deleting it from its _tasks folder.',
    );
  }
  const loaded = (await import(pathToFileURL(file).href)) as { readonly default: FollowUpsModule };
  return loaded.default;
}
