import { excerpt } from '../model/excerpt.ts';
import { isUnknownError } from '../model/failure.ts';
import type { Failure } from '../model/failure.ts';
import type { SyncGoal, RevisionTarget } from '../model/goal.ts';
import { decideBusy } from './busy.ts';
import { judgeError, unknownErrorLimit } from '../model/known-error.ts';
import type { Memory } from '../model/memory.ts';
import {
  addressTarget,
  askedRevisions,
  isTracked,
  undecidedCommits,
} from '../model/asked-revision.ts';
import { askForTags, refuseUncompared, waitForComparison } from './comparison.ts';
import { terminalConditions } from '../model/condition.ts';
import { withoutCredentials } from '../model/repositories.ts';
import { compareRevision, isResolved, isTelling, printRevisions } from '../model/revision.ts';
import { includedInHistory } from './supersession.ts';
import { act, refuse, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';
import { decideDenied } from './window-wait.ts';

const tracked: RevisionTarget = { kind: 'tracked' };
/** How long to wait for a request that a proxy gave up on: it may still reach Argo CD. */
const settling = 2_000;
/**
 * Pauses between tries are shorter. An outage is not a response: after it, only another try shows
 * whether the error is still there.
 */
const longestPause = 15_000;

/** Nothing was requested yet: send the request, or say why not. */
export function decideStart(view: View<SyncGoal>): Verdict {
  const { application, goal, memory } = view;
  const refused = decideRefusal(view);
  if (refused !== undefined) return refused;
  if (application.operation !== undefined) return decideBusy(view, application.operation);
  const unsettled = decideUnsettled(view);
  if (unsettled !== undefined) return unsettled;
  const name = whatToName(view);
  if (name.kind === 'verdict') return name.verdict;
  const what = goal.options.dryRun ? 'dry run' : 'sync';
  return act({ kind: 'sync', name: name.target }, `requesting the ${what}${again(memory)}`);
}

function again({ request }: Memory): string {
  if (request === undefined || request.times === 0) return '';
  const words = excerpt(request.reason);
  return words === '' ? ' again' : ` again; Argo CD's last response: ${words}`;
}

/** Our request got no response: it may still take effect. Undefined: it can be sent again. */
export function decideUnsettled({ memory: { request }, now }: View): Verdict | undefined {
  if (request?.state !== 'unclear' || now - request.at >= settling) return undefined;
  return wait('no response; checking whether the request took effect', {
    at: request.at + settling,
  });
}

/** What the last answer to our request means, if it was a refusal. */
export function decideRefusal(view: View): Verdict | undefined {
  const { memory, now } = view;
  const { request } = memory;
  if (request === undefined || request.failure === undefined) return undefined;
  const { failure, reason, at, brokenSince = at } = request;
  if (failure === 'window-closed') return decideDenied(view, at, reason);
  const answered = now - at < longestPause ? now : at;
  if (isUnknownError(failure) && answered - brokenSince < unknownErrorLimit) return undefined;
  const told = refusals[failure];
  if (told === undefined) return undefined;
  const isArgoCDs = failure !== 'not-argocd';
  const advice = (isArgoCDs && judgeError(reason).advice) || told.advice;
  return refuse('failed', told.title, advice + lookedFor(view, reason), reason);
}

/** Where Argo CD looked for a revision that it could not resolve. */
function lookedFor({ application }: View, reason: string): string {
  if (!reason.includes('error resolving repo revision')) return '';
  const repositories = new Set(
    application.sources.map(({ repoURL }) => withoutCredentials(repoURL)),
  );
  return ` Argo CD looks for it in ${excerpt([...repositories].slice(0, 3).join(', '))}.`;
}

/** Refusals that a retry does not fix. Those not listed lead to a retry. */
const refusals: Partial<Record<Failure, { readonly title: string; readonly advice: string }>> = {
  forbidden: {
    title: 'The token is not allowed to sync this application',
    advice:
      'Grant its role "applications, get" and "applications, sync" on project/application (README, "Least rights").',
  },
  'auto-sync': {
    title: 'The application has auto-sync on, and accepts no other revision than the one it tracks',
    advice:
      'Push the change to the branch that it tracks and set "revision" to that commit, use action: wait, or turn auto-sync off.',
  },
  deleting: { title: 'The application is being deleted', advice: 'Remove it from the step.' },
  refused: {
    title: 'Argo CD rejected the request',
    advice: 'Fix what its message names and run again: it does not resolve by itself.',
  },
  'not-argocd': {
    title: 'Something other than Argo CD responds to the request',
    advice:
      'Argo CD can be read, so look for what lets only that through: a firewall, a proxy or a login page in front of it that blocks POST and DELETE.',
  },
  internal: {
    title: 'Argo CD repeatedly failed to process the request',
    advice: 'See its message and the log of argocd-server.',
  },
};

type Naming =
  | { readonly kind: 'target'; readonly target: RevisionTarget }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/**
 * What the request names. An auto-sync application refuses every revision, even the commit that its
 * branch points to (recording `auto-sync`), so there nothing is named once a refresh shows that it
 * tracks what was asked for.
 */
function whatToName(view: View<SyncGoal>): Naming {
  const { application, goal, memory } = view;
  if (!application.autoSync || goal.options.dryRun || goal.target.kind === 'tracked') {
    return { kind: 'target', target: addressTarget(application, goal.target) };
  }
  const undecided = undecidedCommits(application, goal.target);
  if (undecided.length > 0) {
    return { kind: 'verdict', verdict: askForTags(undecided) };
  }
  const { revisions } = application.sync;
  const open = askedRevisions(application, goal.target).flatMap((asked, index) =>
    asked === undefined || isTracked(application, index, asked, revisions[index])
      ? []
      : [{ asked, index }],
  );
  if (open.length === 0) return { kind: 'target', target: tracked };
  const { answeredAt, failures } = memory.refresh;
  const refreshing = wait(
    'waiting for a refresh: auto-sync is on, so the application must track the revision',
    { ask: 'refresh' },
  );
  if (answeredAt === undefined && failures < 2) return { kind: 'verdict', verdict: refreshing };
  const current = application.sync.revisions;
  const tracks = open.every(({ asked, index }) => {
    const [source, revision] = [application.sources[index], current[index]];
    if (source === undefined || revision === undefined) return false;
    return compareRevision(source, asked, revision) === 'same';
  });
  if (tracks) return { kind: 'target', target: tracked };
  // What was read before a refresh may be outdated: no reason to fail.
  if (answeredAt === undefined) return { kind: 'verdict', verdict: refreshing };
  const included =
    goal.whenSuperseded === 'succeedIfIncluded' ? includedInHistory(view) : undefined;
  if (included !== undefined) return { kind: 'verdict', verdict: included };
  const asked = open.map((one) => one.asked);
  return { kind: 'verdict', verdict: decideUncompared(view) ?? refuseOther(view, asked) };
}

/** What Argo CD could not resolve, it shows as written, which says nothing about what it tracks. */
function decideUncompared(view: View<SyncGoal>): Verdict | undefined {
  const { application, memory, now } = view;
  const { sources, sync } = application;
  const isCompared = sources.every((source, index) =>
    isResolved(source, sync.revisions[index] ?? ''),
  );
  if (isCompared) return undefined;
  const broken = terminalConditions(application, memory.unknownErrorSince, now);
  if (broken.length > 0) return refuseUncompared(broken);
  return waitForComparison(view);
}

/** An application with auto-sync accepts only the revision that it tracks. */
function refuseOther({ application }: View<SyncGoal>, asked: readonly string[]): Verdict {
  const { sources, sync } = application;
  const current = printRevisions(sync.revisions);
  const wanted = printRevisions(asked);
  const isTold = sources.some((source) => asked.some((one) => isTelling(source, one)));
  return isTold
    ? refuse(
        'failed',
        `The application has auto-sync on and tracks ${current}, not ${wanted}`,
        `Argo CD accepts no other revision while auto-sync is on. Push ${wanted} to the branch that it tracks, set whenSuperseded: succeedIfIncluded if it may have been deployed before, use action: wait, or turn auto-sync off.`,
      )
    : refuse(
        'failed',
        `The application has auto-sync on and tracks ${current}; Argo CD does not report whether ${wanted} is the same`,
        'Specify the commit SHA, the version or the digest, leave "revision" empty for what it tracks, or turn auto-sync off.',
      );
}
