import { readAnnotations } from '../../follow-ups/annotations.ts';
import { grantedRules, type Grant } from '../../follow-ups/grants.ts';
import { printName, type Application } from '../../sync/model/application.ts';
import { isOfHooks } from './care.ts';
import type { AnnotationFaults, FollowUpTelemetry } from './follow-up-ports.ts';

/** What the grants allow. Without any grant, annotations are not read. */
export interface AnnotationSettings {
  readonly grants: readonly Grant[];
  /** Used where an annotation names none. */
  readonly organization: string | undefined;
}

type Annotated = Pick<Application, 'name' | 'namespace' | 'uid' | 'project' | 'annotations'>;

/** Applications whose faults are kept in full; nobody reads more than that. */
const mostFaulty = 1_000;

interface Reading extends AnnotationFaults {
  /** The project and annotations that this was read from, as one text. */
  readonly of: string;
  readonly followsHooks: boolean;
}

/** Keeps what the annotations of applications ask for, and what is wrong or not granted. */
export class AnnotationWatch {
  #settings: AnnotationSettings = { grants: [], organization: undefined };
  /** By `uid`. Holds only applications that have annotations for us. */
  readonly #readings = new Map<string, Reading>();
  #faulty = 0;
  readonly #telemetry: Pick<FollowUpTelemetry, 'annotationFault'>;

  constructor(telemetry: Pick<FollowUpTelemetry, 'annotationFault'>) {
    this.#telemetry = telemetry;
  }

  /** New grants take effect for each application when it is next seen; until then, its faults are unknown. */
  configure(settings: AnnotationSettings): void {
    this.#settings = settings;
    this.#readings.clear();
    this.#faulty = 0;
  }

  /** Reads the annotations of an application that was read or streamed. */
  see(argocd: string, application: Annotated): void {
    const { uid, annotations, project } = application;
    const { grants } = this.#settings;
    if (grants.length === 0) return;
    if (Object.keys(annotations).length === 0) return this.forget(uid);
    const of = JSON.stringify([project, annotations]);
    if (this.#readings.get(uid)?.of === of) return;
    this.forget(uid);
    const { rules, faults } = readAnnotations(annotations);
    const about = { argocd, appProject: project, organization: this.#settings.organization ?? '' };
    const granted = grantedRules(rules, grants, about);
    faults.forEach(() => this.#telemetry.annotationFault('faulty'));
    granted.refused.forEach(() => this.#telemetry.annotationFault('forbidden'));
    const sentences = [
      ...faults.map(
        ({ annotation, value, problem, advice }) =>
          `Annotation \`${annotation}: ${value}\`: ${problem}. ${advice}`,
      ),
      ...granted.refused.map(
        ({ rule, problem, advice }) =>
          `Annotation \`${rule.replace(/^annotation\//, '')}\`: ${problem}. ${advice}`,
      ),
    ];
    const isFaulty = sentences.length > 0;
    if (isFaulty) this.#faulty += 1;
    const isKept = this.#faulty <= mostFaulty;
    this.#readings.set(uid, {
      argocd,
      application: printName(application),
      project,
      of,
      faults: isKept ? sentences : sentences.slice(0, 1),
      followsHooks: granted.rules.some(isOfHooks),
    });
  }

  /** Whether granted annotations ask for events of hooks or phases. */
  followsHooks(uid: string): boolean {
    return this.#readings.get(uid)?.followsHooks ?? false;
  }

  forget(uid: string): void {
    if ((this.#readings.get(uid)?.faults.length ?? 0) > 0) this.#faulty -= 1;
    this.#readings.delete(uid);
  }

  /** How many applications have faulty or forbidden annotations. */
  get faulty(): number {
    return this.#faulty;
  }

  faults(): readonly AnnotationFaults[] {
    const found: AnnotationFaults[] = [];
    for (const { argocd, application, project, faults } of this.#readings.values()) {
      if (faults.length > 0) found.push({ argocd, application, project, faults });
      if (found.length >= mostFaulty) break;
    }
    return found;
  }

  /** The faults of one application, by its printed name. */
  faultsOf(argocd: string, name: string): readonly string[] {
    for (const reading of this.#readings.values()) {
      if (reading.argocd === argocd && reading.application === name) return reading.faults;
    }
    return [];
  }
}
