import type { Application } from '../sync/model/application.ts';
import { printAnnotation, readAnnotations } from './annotations.ts';
import { grantedRules, type Grant } from './grants.ts';
import type { FollowUpRule } from './follow-up.ts';

/** What the configuration allows annotations. */
export interface AnnotationSettings {
  readonly grants: readonly Grant[];
  /** The organization that is meant where none is named; undefined where there are several, or none. */
  readonly organization: string | undefined;
}

/** What annotations may start, and what of them cannot be: sentences with what to do, foreign in part. */
export interface JudgedAnnotations {
  readonly rules: readonly FollowUpRule[];
  readonly faulty: readonly string[];
  readonly forbidden: readonly string[];
}

/** What is wrong with annotations as they are written; which pipelines they may queue is asked elsewhere. */
export function annotationFaults({ annotations }: Pick<Application, 'annotations'>) {
  const { rules, faults } = readAnnotations(annotations);
  const faulty = faults.map(
    ({ annotation, value, problem, advice }) =>
      `Annotation \`${annotation}: ${value}\`: ${problem}. ${advice}`,
  );
  return { rules, faulty };
}

/** The same with what grants allow an application of the Argo CD of this name. */
export function judgeAnnotations(
  argocd: string,
  application: Pick<Application, 'annotations' | 'project'>,
  { grants, organization = '' }: AnnotationSettings,
): JudgedAnnotations {
  const { rules, faulty } = annotationFaults(application);
  const about = { argocd, appProject: application.project, organization };
  const granted = grantedRules(rules, grants, about);
  const forbidden = granted.refused.map(
    ({ rule, problem, advice }) => `Annotation \`${printAnnotation(rule)}\`: ${problem}. ${advice}`,
  );
  return { rules: granted.rules, faulty, forbidden };
}
