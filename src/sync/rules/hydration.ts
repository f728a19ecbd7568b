import type { Application } from '../model/application.ts';
import { branchName, isDryCommit, readDryRevision } from '../model/dry-revision.ts';
import type { Goal, RevisionTarget } from '../model/goal.ts';
import { learnHydration, noHydration } from '../model/hydration-memory.ts';
import type {
  HydrationFailure,
  HydrationMemory,
  SeenRendering,
} from '../model/hydration-memory.ts';
import { askAgain, mayAsk, nextAsk, waitForHydration, waitForLook } from './hydration-view.ts';
import type { HydrationView } from './hydration-view.ts';
import type { Rendering } from '../model/hydrator.ts';
import { decideInclusion } from './inclusion.ts';
import { excerptEnds } from '../model/excerpt.ts';
import { judgeError } from '../model/known-error.ts';
import type { Memory } from '../model/memory.ts';
import type { RunWarning } from '../model/outcome.ts';
import { decidePromotion } from './promotion.ts';
import { printRevisions, shortRevision } from '../model/revision.ts';
import { refuse, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** What is to be deployed of a hydrated application, and which dry commit that is. */
export interface Aim {
  /** In terms of what is synced: hydrated commits and their branch. */
  readonly target: RevisionTarget;
  /** Absent where a hydrated commit was requested whose dry commit is unknown. */
  readonly rendering: Rendering | undefined;
  /** What could not be proven, although everything visible suggests it. */
  readonly concerns: readonly RunWarning[];
  /** A note on the evidence; may be empty. */
  readonly note: string;
}

/** What to deploy, or what to do until that is known. */
export type Aiming =
  | { readonly kind: 'aim'; readonly aim: Aim }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/**
 * What to deploy of a hydrated application: the hydrated commit of the wanted dry one, once it is
 * proven to exist; until then, what to wait for.
 */
export function aimOf(view: HydrationView): Aiming {
  const { application, hydrator, goal } = view;
  const known = view.memory.hydration ?? noHydration;
  const asked = readDryRevision(application, hydrator, known, goal.target);
  switch (asked.kind) {
    case 'tip':
      return aimAtTip(view, known);
    case 'commit':
      return aimAtCommit(view, known, asked.commit);
    case 'hydrated':
      return aimAtHydrated(view, known, asked.revision);
    case 'unclear':
      return verdict(
        wait(`asking Argo CD which commit ${printRevisions([asked.commit])} is`, {
          ask: { commits: [asked.commit] },
        }),
      );
    case 'staged':
      return verdict(
        refuse(
          'failed',
          `Branch ${hydrator.stagingBranch ?? ''} awaits promotion to ${hydrator.syncBranch}: deploying it would bypass that`,
          `Promote it, and leave "revision" empty or set it to the dry commit.`,
        ),
      );
    case 'name':
      return aimAtName(view, known, asked.name);
  }
}

function aimAtTip(view: HydrationView, known: HydrationMemory): Aiming {
  const rendering = known.renderings.findLast(({ dry }) => dry === known.tip);
  if (rendering !== undefined) return aimAtRendering(view, rendering, []);
  if (known.failure !== undefined) return decideFailure(view, known.failure);
  return verdict(waitForHydration(view, known));
}

function aimAtCommit(view: HydrationView, known: HydrationMemory, commit: string): Aiming {
  const own = known.renderings.findLast(({ dry }) => isDryCommit(dry, commit));
  if (own !== undefined) return aimAtRendering(view, own, overtaken(view, known, own));
  const { failure, tip } = known;
  const newer = failure === undefined ? tip : (failure.dry ?? failure.compared);
  if (failure !== undefined && (newer === undefined || isDryCommit(newer, commit))) {
    return decideFailure(view, failure, newer);
  }
  // Another commit is the tip, or another one cannot be hydrated: does it contain the one wanted?
  if (newer === undefined || isDryCommit(newer, commit)) {
    return verdict(waitForHydration(view, known));
  }
  const rendering = known.renderings.findLast(({ dry }) => dry === newer);
  if (rendering === undefined && failure === undefined) {
    return verdict(waitForHydration(view, known));
  }
  const inclusion = decideInclusion(view, known, commit, newer);
  if (inclusion.kind === 'verdict') return inclusion;
  if (rendering !== undefined) return aimAtRendering(view, rendering, inclusion.concerns);
  return failure === undefined
    ? verdict(waitForHydration(view, known))
    : decideFailure(view, failure);
}

/** By now, the rendering of a later tip is synced: this is reported, as for skipped commits. */
function overtaken(
  { application, goal }: HydrationView,
  { renderings }: HydrationMemory,
  own: SeenRendering,
): readonly RunWarning[] {
  const [current] = application.sync.revisions;
  const later = renderings.slice(renderings.indexOf(own) + 1);
  const newer = later.findLast(({ hydrated }) => hydrated === current);
  if (newer === undefined || current === own.hydrated) return [];
  if (goal.whenSuperseded === 'follow') return [];
  const [short, other] = [shortRevision(own.dry), shortRevision(newer.dry)];
  return [
    {
      title: `Dry commit ${short} was hydrated, and then a newer one, ${other}`,
      message:
        'The newer one is synced and should contain it, but Argo CD does not confirm that. If the branch was reset in between, the older one is not live.',
    },
  ];
}

/** A hydrated commit that is named explicitly is what is wanted, but promotion is not bypassed. */
function aimAtHydrated(view: HydrationView, known: HydrationMemory, revision: string): Aiming {
  const { application, hydrator, goal } = view;
  const rendering = known.renderings.findLast(({ hydrated }) => isDryCommit(hydrated, revision));
  const isLive =
    branchName(revision) === branchName(hydrator.syncBranch) ||
    [application.sync.revisions, ...application.history.map(({ revisions }) => revisions)].some(
      (revisions) => revisions.some((one) => isDryCommit(one, revision)),
    );
  if (hydrator.stagingBranch !== undefined && !isLive) {
    return verdict(
      waitForLook(
        view,
        `waiting for the promotion of ${printRevisions([revision])} from ${hydrator.stagingBranch} to ${hydrator.syncBranch}`,
      ),
    );
  }
  return { kind: 'aim', aim: { target: goal.target, rendering, concerns: [], note: '' } };
}

/**
 * Argo CD resolves names only in what is synced; for the dry repository, it reports the tags of a
 * commit.
 */
function aimAtName(view: HydrationView, known: HydrationMemory, name: string): Aiming {
  const { tip } = known;
  const rendering = known.renderings.findLast(({ dry }) => dry === tip);
  if (tip === undefined) return verdict(waitForHydration(view, known));
  const found = known.commits.find((one) => one.name === tip);
  if (found === undefined) {
    const doing = `asking Argo CD for the tags of ${printRevisions([tip])}`;
    return verdict(wait(doing, { ask: { commits: [tip] } }));
  }
  if (found.commit?.tags.includes(branchName(name)) === true) {
    if (known.failure !== undefined && rendering === undefined) {
      return decideFailure(view, known.failure);
    }
    return rendering === undefined
      ? verdict(waitForHydration(view, known))
      : aimAtRendering(view, rendering, []);
  }
  const branch = branchName(view.hydrator.dry.targetRevision);
  return verdict(
    refuse(
      'failed',
      `Cannot determine which dry commit "${name}" is: it is neither ${branch}, which is hydrated, nor a tag of its tip ${printRevisions([tip])}`,
      'Argo CD would look for it among the hydrated commits. Specify the dry commit by its SHA, or leave "revision" empty for the tip.',
    ),
  );
}

/** It is rendered: checks that it is promoted, and that Argo CD has seen that. */
function aimAtRendering(
  view: HydrationView,
  rendering: SeenRendering,
  concerns: readonly RunWarning[],
): Aiming {
  const { application, hydrator, goal } = view;
  const promotion =
    hydrator.stagingBranch === undefined ? undefined : decidePromotion(view, rendering);
  if (promotion?.kind === 'verdict') return promotion;
  const revision = promotion?.revision ?? rendering.hydrated;
  const [current] = application.sync.revisions;
  const isTracked = current === revision && application.sync.status !== 'Unknown';
  if (!isTracked && !isRefreshedSince(view.memory, rendering.seenAt)) {
    const what = printRevisions([rendering.dry, rendering.hydrated]);
    const [dry, hydrated] = what.split(', ');
    return verdict(
      wait(`${dry} is hydrated as ${hydrated}: waiting for Argo CD to compare that`, {
        ask: mayAsk(view, askAgain) ? 'refresh' : undefined,
        at: nextAsk(view, askAgain),
      }),
    );
  }
  // Others that push to the branch, such as another hydrator, have put it on top of ours.
  const isNamed = goal.action === 'sync' && !application.autoSync && isTracked;
  const target: RevisionTarget = isNamed ? { kind: 'revision', revision } : { kind: 'tracked' };
  return { kind: 'aim', aim: { target, rendering, concerns, note: promotion?.note ?? '' } };
}

function decideFailure(view: HydrationView, failure: HydrationFailure, asked?: string): Aiming {
  const { message, attempts } = failure;
  const dry = failure.dry ?? asked;
  const branch = branchName(view.hydrator.dry.targetRevision);
  const what = dry === undefined ? `the tip of ${branch}` : printRevisions([dry]);
  const { nature, advice } = judgeError(message);
  // Each look makes the hydrator retry, so an unknown error is waited for only once.
  if (nature === 'passing' || (nature === 'unknown' && attempts < 2)) {
    const doing = `Argo CD could not hydrate ${what}, and will retry: ${excerptEnds(message)}`;
    return verdict(waitForLook(view, doing));
  }
  return verdict(
    refuse(
      'failed',
      `Argo CD could not hydrate ${what}; what was hydrated before is still running`,
      `${advice} Fix the dry source, push it and run again.`.trimStart(),
      message,
    ),
  );
}

function isRefreshedSince({ refresh }: Pick<Memory, 'refresh'>, time: number): boolean {
  return refresh.answeredAt !== undefined && refresh.answeredAt > time;
}

function verdict(of: Verdict): Aiming {
  return { kind: 'verdict', verdict: of };
}

/** A view in terms of what is synced, once it is known what that is. */
export function aimed<G extends Goal>(view: View<G>): View<G> {
  const { application, memory, goal } = view;
  const { aim } = memory;
  if (application.hydrator === undefined || aim === undefined) return view;
  return 'target' in goal ? { ...view, goal: { ...goal, target: aim.target } } : view;
}

/**
 * Records a look at a hydrated application in the memory. What was requested of Argo CD stays the
 * same; a wait for others keeps what was found, and accepts what is newer.
 */
export function rememberHydration(view: View): Memory {
  const { application, memory, goal, now } = view;
  const { hydrator } = application;
  if (hydrator === undefined) return memory;
  const known = memory.hydration ?? noHydration;
  const hydration = learnHydration(known, application, now);
  const learned = { ...memory, hydration };
  if ((goal.action !== 'sync' && goal.action !== 'wait') || isCommitted(memory)) return learned;
  const aiming = aimOf({ ...view, goal, memory: learned, hydrator });
  if (aiming.kind === 'aim') return { ...learned, aim: aiming.aim };
  return goal.action === 'wait' ? learned : { ...learned, aim: undefined };
}

function isCommitted({ request, asked, begun, ended, proven, identity }: Memory): boolean {
  const isSent = request !== undefined && request.state !== 'refused';
  return (
    isSent ||
    [asked, begun, ended, proven].some((one) => one !== undefined) ||
    identity?.kind === 'adopted'
  );
}

/** What a success says about the way from the dry commit. */
export function sayRendering(verdict: Verdict, { aim }: Memory): Verdict {
  if (verdict.kind !== 'done' || verdict.ending.outcome !== 'succeeded') return verdict;
  if (aim?.rendering === undefined) return verdict;
  const { ending } = verdict;
  const { dry, hydrated } = aim.rendering;
  const note = aim.note === '' ? '' : `, ${aim.note}`;
  const words = `dry commit ${printRevisions([dry])} is hydrated as ${printRevisions([hydrated])}${note}`;
  const evidence = ending.evidence === '' ? words : `${ending.evidence}; ${words}`;
  return { ...verdict, ending: { ...ending, message: `${ending.message}; ${words}`, evidence } };
}

/** The dry commit that a deployed revision was rendered from, if that was seen. */
export function dryOf({ hydration, aim }: Memory, deployed: readonly string[]): string | undefined {
  const [revision] = deployed;
  if (revision === undefined) return undefined;
  const own = hydration?.renderings.findLast(({ hydrated }) => hydrated === revision);
  return own?.dry ?? aim?.rendering?.dry;
}

/** The dry commit to deploy, from which manifests are generated; undefined without a hydrator. */
export function renderedTarget(
  { hydrator }: Pick<Application, 'hydrator'>,
  { aim }: Pick<Memory, 'aim'>,
): RevisionTarget | undefined {
  if (hydrator === undefined) return undefined;
  const dry = aim?.rendering?.dry;
  return dry === undefined ? { kind: 'tracked' } : { kind: 'revision', revision: dry };
}
