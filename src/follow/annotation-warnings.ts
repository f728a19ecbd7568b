import type { Application } from '../sync/model/application.ts';
import { isDryRun, type Goal } from '../sync/model/goal.ts';
import type { Progress } from '../sync/model/outcome.ts';
import type { FollowObserver } from './follow-observer.ts';

/** What is wrong with an application's annotations, and what to do about it: sentences, foreign in part. */
export type AnnotationFaultsOf = (
  application: Application,
) => readonly string[] | Promise<readonly string[]>;

/** Warnings for one application: the first tell what to look at. */
const most = 3;

/**
 * An observer that warns whoever syncs an application with faulty annotations, once it has ended for
 * `next` as well: what is told after that is told once, also by a run that is parked meanwhile. The
 * result stays as it is, and warnings that cannot be found out are left out.
 */
export function warningOfAnnotations(
  goal: Goal,
  faultsOf: AnnotationFaultsOf,
  tell: (progress: Progress) => void,
  next?: FollowObserver,
): FollowObserver | undefined {
  // Nothing else starts an operation of which something could follow.
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
