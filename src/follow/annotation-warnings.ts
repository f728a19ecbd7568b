import type { Application } from '../sync/model/application.ts';
import { isDryRun, type Goal } from '../sync/model/goal.ts';
import type { Progress } from '../sync/model/outcome.ts';
import type { FollowObserver } from './follow-observer.ts';

/** The faults of an application's annotations, and what to do: sentences, which contain foreign text. */
export type AnnotationFaultsOf = (
  application: Application,
) => readonly string[] | Promise<readonly string[]>;

/** The maximum number of warnings per application: a few show what to look at. */
const most = 3;

/**
 * An observer that warns whoever syncs an application with faulty annotations. It warns after the
 * application has ended for `next` as well, so that each warning is reported once, even if the run was
 * parked in between. The result does not change; warnings that cannot be determined are omitted.
 */
export function warningOfAnnotations(
  goal: Goal,
  faultsOf: AnnotationFaultsOf,
  tell: (progress: Progress) => void,
  next?: FollowObserver,
): FollowObserver | undefined {
  // Only these start an operation that can have follow-ups.
  if (!/^(sync|rollback)$/.test(goal.action) || isDryRun(goal)) return next;
  const resume = next?.resumed?.bind(next);
  return {
    ...(resume && { resumed: resume }),
    seen: (application, name) => next?.seen(application, name),
    ended: async (end) => {
      const { application } = end;
      const result = next === undefined ? end.result : await next.ended(end);
      if (application === undefined || result.outcome === 'canceled') return result;
      const faults = await Promise.resolve(application)
        .then(faultsOf)
        .catch(() => []);
      for (const message of faults.slice(0, most)) {
        tell({ kind: 'notice', application: result, level: 'issue', message });
      }
      return result;
    },
  };
}
