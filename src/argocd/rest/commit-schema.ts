import * as z from 'zod/mini';
import { list, readTime, textOrEmpty, time } from './go-value.ts';

/** The hydrator's own message, unless an administrator changed its template. */
const hydratedMessage = /^([0-9a-f]{7,40}): /;

/** `/revisions/SHA/metadata`; the date is the author's (argo-cd.md §1.3). */
export const commitSchema = z.lazy(() =>
  z.pipe(
    z.object({ date: time, message: textOrEmpty, tags: list(z.string()) }),
    z.transform(({ date, message, tags }) => {
      const [, dry] = hydratedMessage.exec(message ?? '') ?? [];
      return { date: readTime(date), tags: tags ?? [], isHydrated: dry !== undefined, dry };
    }),
  ),
);
