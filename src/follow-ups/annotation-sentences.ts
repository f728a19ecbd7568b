import type { Application } from '../sync/model/application.ts';
import { printAnnotation, readAnnotations } from './annotations.ts';
import { grantedRules, type Grant } from './grants.ts';
import type { FollowUpRule } from './follow-up.ts';

/** What the configuration allows annotations to do. */
export interface AnnotationSettings {
  readonly grants: readonly Grant[];
  /** The default organization; undefined if several are configured, or none. */
  readonly organization: string | undefined;
}

/** What annotations may start, and their faults: sentences with what to do, which contain foreign text. */
export interface JudgedAnnotations {
  readonly rules: readonly FollowUpRule[];
  readonly faulty: readonly string[];
  readonly forbidden: readonly string[];
}

/** Faults of annotations as written; which pipelines they may queue is checked elsewhere. */
export function annotationFaults({ annotations }: Pick<Application, 'annotations'>) {
  const { rules, faults } = readAnnotations(annotations);
  const faulty = faults.map(
    ({ annotation, value, problem, advice }) =>
      `Annotation \`${annotation}: ${value}\`: ${problem}. ${advice}`,
  );
  return { rules, faulty };
}

/** The same, including what grants allow an application of the named Argo CD instance. */
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
