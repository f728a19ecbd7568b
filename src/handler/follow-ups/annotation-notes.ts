import type { AnnotationFaults } from './follow-up-ports.ts';

/** Notes on the status page; the metrics count them all. */
const mostNotes = 20;

/** What is wrong with annotations, a sentence or two for each application, for the status page. Foreign in part. */
export function annotationNotes(faulty: readonly AnnotationFaults[]): readonly string[] {
  const notes = faulty
    .slice(0, mostNotes)
    .map(({ argocd, application, faults: [first = '', ...others] }) => {
      const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
      return `Application ${application} of ${argocd}: ${first}${more}`;
    });
  const rest = faulty.length - mostNotes;
  return rest <= 0 ? notes : [...notes, `${rest} more applications have faulty annotations.`];
}
