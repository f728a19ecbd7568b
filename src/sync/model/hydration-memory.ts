import type { Application } from './application.ts';
import type { Commit, Hydration, Hydrator, Rendering } from './hydrator.ts';

/** Limit on the renderings that are kept; an application shows only the last one. */
const mostRenderings = 10;
/** Limit on the commits that are kept: those that are compared, and all that history may need. */
const mostCommits = 20;

/**
 * What a run has learned about an application's hydrator: plain data, in local milliseconds but for
 * `startedAt`, which is Argo CD's clock.
 */
export interface HydrationMemory {
  /** The look that later ones are compared with: what began after it began after the run did. */
  readonly base: Base | undefined;
  /** A tip of the dry branch that was read after the run began. */
  readonly tip: string | undefined;
  /** A hydration that began after the run did, and failed; gone as soon as a later one succeeds. */
  readonly failure: HydrationFailure | undefined;
  /** Oldest first. */
  readonly renderings: readonly SeenRendering[];
  /**
   * The commits that Argo CD was asked about, by name; `undefined` for one that it does not find.
   */
  readonly commits: readonly SeenCommit[];
}

interface Base {
  readonly at: number;
  readonly phase: string;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** A hydration that failed. `message` is foreign text. */
export interface HydrationFailure {
  /** The commit that it failed at, where Argo CD tells. */
  readonly dry: string | undefined;
  /** Usually that commit, too; that of an earlier look when the hydration was only retried. */
  readonly compared: string | undefined;
  readonly startedAt: number | undefined;
  /** How many hydrations in a row failed that began after the run. */
  readonly attempts: number;
  readonly message: string;
}

/** A dry commit with its hydrated one, and when that was first seen, in local milliseconds. */
export interface SeenRendering extends Rendering {
  readonly seenAt: number;
}

/** What Argo CD answered for a commit, and when, in local milliseconds. */
export interface SeenCommit {
  readonly name: string;
  readonly at: number;
  readonly commit: Commit | undefined;
}

/** The memory before anything was seen of the hydrator. */
export const noHydration: HydrationMemory = {
  base: undefined,
  tip: undefined,
  failure: undefined,
  renderings: [],
  commits: [],
};

/**
 * Takes a look at the hydrator into what is known. A refresh answers before a hydration begins, and
 * Argo CD's times are not ours, so only a hydration that began after a look of ours proves which
 * commit was the tip after the run began, since it reads the tip again. A removed hydrator
 * annotation proves nothing, even if the hydrator found nothing to render: a comparison that ends
 * at that moment removes all annotations (its merge patch says `annotations: null`, seen in 3.5.1),
 * and a look that could not reach the repository leaves no trace.
 */
export function learnHydration(
  known: HydrationMemory,
  { hydrator }: Pick<Application, 'hydrator'>,
  now: number,
): HydrationMemory {
  if (hydrator === undefined) return known;
  const base = rebase(known.base, hydrator, now);
  const learned = { ...known, base, renderings: addRendering(known.renderings, hydrator, now) };
  if (base === undefined) return learned;
  const { current, compared } = hydrator;
  if (current === undefined || current.phase === 'Hydrating') return learned;
  if (current.startedAt === base.startedAt) return learned;
  if (current.phase === 'Hydrated') {
    return { ...learned, tip: current.dry ?? hydrator.last?.dry, failure: undefined };
  }
  return { ...learned, failure: addFailure(known.failure, current, compared) };
}

function addFailure(
  known: HydrationFailure | undefined,
  { dry, startedAt, message }: Hydration,
  compared: string | undefined,
): HydrationFailure {
  const before = known?.attempts ?? 0;
  const attempts = known?.startedAt === startedAt ? before : before + 1;
  return { dry, compared, startedAt, attempts, message };
}

/**
 * A hydration that was running at the base may have begun before the run: its end is a new base.
 */
function rebase(known: Base | undefined, hydrator: Hydrator, now: number): Base | undefined {
  const { current, isAsked } = hydrator;
  const isOver =
    known?.phase === 'Hydrating' &&
    current?.phase !== 'Hydrating' &&
    current?.startedAt === known.startedAt;
  // What was requested earlier may have begun before the run.
  if (isAsked || (known !== undefined && !isOver)) return known;
  return {
    at: now,
    phase: current?.phase ?? '',
    startedAt: current?.startedAt,
    finishedAt: current?.finishedAt,
  };
}

function addRendering(
  known: readonly SeenRendering[],
  { last }: Hydrator,
  now: number,
): readonly SeenRendering[] {
  if (last === undefined) return known;
  if (known.some(({ dry, hydrated }) => dry === last.dry && hydrated === last.hydrated)) {
    return known;
  }
  return [...known, { ...last, seenAt: now }].slice(-mostRenderings);
}

/** Records what Argo CD said about a commit; `undefined`: it does not find it. */
export function learnCommit(
  known: HydrationMemory,
  name: string,
  commit: Commit | undefined,
  now: number,
): HydrationMemory {
  const others = known.commits.filter((one) => one.name !== name);
  return { ...known, commits: [...others, { name, at: now, commit }].slice(-mostCommits) };
}
