import type { AzureError } from '../../../azure/http/azure-error.ts';
import type { RunAddress } from '../../../azure/task-hub/run-address.ts';
import { Detachment } from '../../../follow/detachment.ts';
import { guid } from '../../../guid.ts';
import { Secret } from '../../../secret.ts';
import { mostUnprovenCancels } from '../../access/pending-quota.ts';
import type { Accepted, RunIntake } from '../../run-intake.ts';
import type { RunSpec, Run, RunHead } from '../../run.ts';
import { charactersOf, keyOf, nothingReported, timeoutOf } from '../../run.ts';
import { allOpenRuns } from '../../store/open-runs.ts';
import type { StoredCheckpoint } from '../../store/store.ts';
import { tokenDigest } from '../../secrets/token-cipher.ts';
import { RetryBackoff } from '../retry-backoff.ts';
import { prove } from '../verification/proof.ts';
import type { RunScheduler } from '../scheduler/run-scheduler.ts';
import type { RunPorts } from '../run-ports.ts';

/** A cancellation with its own token must be verified within this time, in milliseconds. */
const provenWithin = 10 * 60_000;

/** The digest of a verified cancellation: it counts regardless of the run's token. */
const anyToken = '*';
/** Stored in place of the token of a run that has none. */
const ownToken = new Secret('');

/** A run that is named by its operation, and what is known of that operation. */
export interface AnnouncedRequest {
  readonly spec: RunSpec;
  /** The operation's marker. */
  readonly marker: string;
  readonly checkpoint: StoredCheckpoint;
}

/** What intake needs to accept runs, and to verify cancellations. */
export type RegistryPorts = Pick<
  RunPorts,
  'store' | 'cipher' | 'azure' | 'clock' | 'random' | 'logger' | 'signal'
>;

/** What intake reads from the configuration each time, since a reload may change it. */
export interface RunsSettings {
  /** How long a job's token is assumed to be valid, in milliseconds. */
  readonly tokenLifetime: () => number;
}

/** A run that is being stored. */
interface ComingRun {
  /** Of its spec. */
  readonly characters: number;
  /** Called when the scheduler counts the run, or when there will be none. */
  readonly release: () => void;
}

/** Accepts, cancels and finds runs: everything that is requested from outside. */
export class RunRegistry implements RunIntake {
  readonly #ports: RegistryPorts;
  readonly #settings: RunsSettings;
  readonly #scheduler: RunScheduler;
  /** Requests that are being stored, so that concurrent duplicates become one run. */
  readonly #storing = new Map<string, Promise<Accepted>>();
  /** Each client's runs that are being stored: they count, although the scheduler does not have them yet. */
  readonly #coming = new Map<string, { runs: number; characters: number }>();
  /** Each client's cancellations that match no run, while they are being verified. */
  readonly #unprovenCancels = new Map<string, Set<string>>();

  constructor(scheduler: RunScheduler, ports: RegistryPorts, settings: RunsSettings) {
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Resumes what an earlier process stored; returns the number of runs. */
  async resume(): Promise<number> {
    const { store } = this.#ports;
    const canceled: string[] = [];
    let count = 0;
    for await (const run of allOpenRuns(store)) {
      this.#scheduler.know(run);
      count += 1;
      // A cancellation may have arrived just before the previous process ended.
      if (await this.#isCanceled(run)) canceled.push(run.id);
    }
    // Only when all are known, so that none takes another's task.
    this.#scheduler.resume();
    for (const id of canceled) await this.#scheduler.cancel(id);
    return count;
  }

  known(address: RunAddress, token: Secret): Promise<Accepted | undefined> {
    return this.#known(keyOf(address), tokenDigest(token));
  }

  async #known(key: string, digest: string): Promise<Accepted | undefined> {
    const run = await this.#ports.store.openRunWith(key, digest);
    // A run whose end is being reported is over for Azure DevOps: a new request is the next try.
    if (run === undefined || run.report.isCompleting) return undefined;
    return { runId: run.id, state: run.state, isKnown: true };
  }

  async accept(spec: RunSpec, token: Secret): Promise<Accepted> {
    const key = keyOf(spec.address);
    const digest = tokenDigest(token);
    const request = `${key}|${digest}`;
    const storing = this.#storing.get(request);
    if (storing !== undefined) return { ...(await storing), isKnown: true };
    const coming = this.#reserve(spec);
    const accepting = this.#accept(spec, token, { key, digest, coming }).finally(coming.release);
    this.#storing.set(request, accepting);
    try {
      return await accepting;
    } finally {
      this.#storing.delete(request);
    }
  }

  /** Counts a run of a client until the scheduler has it. */
  #reserve(spec: RunSpec): ComingRun {
    const { client } = spec;
    const ofClient = this.#coming.get(client) ?? { runs: 0, characters: 0 };
    this.#coming.set(client, ofClient);
    const characters = charactersOf(spec);
    ofClient.runs += 1;
    ofClient.characters += characters;
    let isCounted = true;
    const release = () => {
      if (!isCounted) return;
      isCounted = false;
      ofClient.runs -= 1;
      ofClient.characters -= characters;
    };
    return { characters, release };
  }

  async #accept(
    spec: RunSpec,
    token: Secret,
    request: { readonly key: string; readonly digest: string; readonly coming: ComingRun },
  ): Promise<Accepted> {
    const { key, digest, coming } = request;
    const { store, cipher, random } = this.#ports;
    const known = await this.#known(key, digest);
    if (known !== undefined) return known;
    const id = guid(random);
    const { planId, jobId, taskInstanceId } = spec.address;
    const run = this.#runOf(spec, {
      id,
      key,
      marker: [planId, jobId, taskInstanceId, id].join('/'),
    });
    await store.commit({
      runId: id,
      add: { run, token: { sealed: cipher.seal(token, id), digest } },
    });
    this.#scheduler.add(run, coming.characters);
    coming.release();
    // Looked up only now: a later cancellation finds the run.
    if (await this.#isCanceled(run)) await this.#scheduler.cancel(id);
    return { runId: id, state: run.state, isKnown: false };
  }

  /**
   * Stores an announced run, like `accept`, with what is known of its operation: it is followed as if the
   * handler had requested it. The caller ensures that there is one run per operation.
   */
  async announce({ spec, marker, checkpoint }: AnnouncedRequest): Promise<Accepted> {
    const { store, cipher, random } = this.#ports;
    const coming = this.#reserve(spec);
    try {
      const id = guid(random);
      const run = this.#runOf(spec, { id, key: keyOf(spec.address), marker });
      const token = { sealed: cipher.seal(ownToken, id), digest: tokenDigest(ownToken) };
      await store.commit({ runId: id, add: { run, token }, checkpoints: [checkpoint] });
      this.#scheduler.add(run, coming.characters);
      return { runId: id, state: run.state, isKnown: false };
    } finally {
      coming.release();
    }
  }

  #runOf(spec: RunSpec, names: Pick<Run, 'id' | 'key' | 'marker'>): Run {
    const now = this.#ports.clock.now();
    return {
      ...names,
      spec,
      acceptedAt: now,
      deadline: now + timeoutOf(spec),
      tokenExpiresAt: now + this.#settings.tokenLifetime(),
      state: 'accepted',
      attempt: 1,
      isCanceled: false,
      names: undefined,
      report: nothingReported,
      outcome: undefined,
      message: '',
      endedAt: undefined,
      results: [],
    };
  }

  /**
   * Whether a stored cancellation is meant for this run: it came after the run, or came before and matched no
   * earlier try.
   */
  async #isCanceled({ id, key, acceptedAt, isCanceled, state }: RunHead): Promise<boolean> {
    if (isCanceled || state === 'reporting') return false;
    const { store } = this.#ports;
    const stored = await store.cancellations(key);
    if (stored.length === 0) return false;
    const digest = (await store.token(id))?.digest;
    const valid = stored.filter(
      (one) => one.expiresAt > acceptedAt && (one.digest === digest || one.digest === anyToken),
    );
    const others = (await store.runsOf(key)).filter((one) => one.id !== id);
    return valid.some(
      ({ at }) => at >= acceptedAt || !others.some((other) => wasAtWork(other, at)),
    );
  }

  async cancel(address: RunAddress, token: Secret, client: string): Promise<boolean> {
    const { store, clock } = this.#ports;
    const key = keyOf(address);
    const digest = tokenDigest(token);
    const unproven = this.#unprovenCancelsOf(client);
    const name = `${key}|${digest}`;
    const isKnown = unproven.has(name);
    const isFull = !isKnown && unproven.size >= mostUnprovenCancels;
    // Counted before anything is awaited, so that concurrent requests cannot exceed the limit.
    if (!isFull) unproven.add(name);
    else if ((await store.openRunWith(key, digest)) === undefined) return false;
    let isProving = isKnown;
    try {
      const at = clock.now();
      const expiresAt = at + this.#settings.tokenLifetime();
      await store.addCancellation({ key, digest, at, expiresAt });
      const own = await store.openRunWith(key, digest);
      if (own !== undefined) {
        await this.#scheduler.cancel(own.id);
      } else if (!isKnown) {
        isProving = true;
        void this.#cancelProven(address, token, { key, at, expiresAt }).finally(() => {
          unproven.delete(name);
        });
      }
    } finally {
      if (!isProving) unproven.delete(name);
    }
    return true;
  }

  unprovenOf(client: string): number {
    return this.#scheduler.unprovenOf(client) + (this.#coming.get(client)?.characters ?? 0);
  }

  #unprovenCancelsOf(client: string): Set<string> {
    const known = this.#unprovenCancels.get(client) ?? new Set();
    this.#unprovenCancels.set(client, known);
    return known;
  }

  pendingOf(client: string): number {
    return this.#scheduler.pendingOf(client) + (this.#coming.get(client)?.runs ?? 0);
  }

  /** How many runs are queued. */
  get queued(): number {
    return this.#scheduler.queued;
  }

  /** How many runs are in memory, and how many are parked in the store. */
  get figures(): RunScheduler['figures'] {
    return this.#scheduler.figures;
  }

  /** A cancellation whose token belongs to no open run: it counts once it is verified. */
  async #cancelProven(
    address: RunAddress,
    token: Secret,
    times: { readonly key: string; readonly at: number; readonly expiresAt: number },
  ): Promise<void> {
    const { store, azure, clock, random, signal, logger } = this.#ports;
    const spec = { address, azureProject: '' };
    const options = { isNamed: false, until: clock.now() + provenWithin, signal };
    const retryBackoff = new RetryBackoff({ clock, random });
    const onFailure = ({ message }: AzureError) =>
      logger.warn({ reason: message }, 'cancellation not verified yet');
    try {
      const proof = await prove(spec, token, options, { azure, clock, retryBackoff, onFailure });
      // If refused, it is dropped; if verified, it counts for any token.
      if (proof.kind === 'proven') await this.#cancelAll(times);
      await store.removeCancellation(times.key, tokenDigest(token));
    } catch (error) {
      if (!(error instanceof Detachment)) logger.error({ err: error }, 'cancellation lost');
    }
  }

  async #cancelAll(times: {
    readonly key: string;
    readonly at: number;
    readonly expiresAt: number;
  }): Promise<void> {
    const { store } = this.#ports;
    await store.addCancellation({ ...times, digest: anyToken });
    for (const { id, state } of await store.runsOf(times.key)) {
      if (state !== 'ended') await this.#scheduler.cancel(id);
    }
  }
}

/** Whether a try was open at a time. One that was never verified does not count. */
function wasAtWork(
  { state, outcome, acceptedAt, endedAt = Infinity }: RunHead,
  at: number,
): boolean {
  const isProven = state !== 'accepted' && outcome !== 'refused';
  return isProven && acceptedAt <= at && at <= endedAt;
}
