import type { AnnotationFaults } from './follow-up-ports.ts';

/** Notes shown on the status page; the metrics count all of them. */
const mostNotes = 20;

/** What is wrong with annotations, for the status page: a sentence or two per application. Contains foreign text. */
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
