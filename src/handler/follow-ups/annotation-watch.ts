import {
  judgeAnnotations,
  type AnnotationSettings,
} from '../../follow-ups/annotation-sentences.ts';
import { printName, type Application } from '../../sync/model/application.ts';
import type { MemoryKey } from '../store/event-store.ts';
import { isOfHooks } from './follow-policy.ts';
import type { AnnotationFaults, FollowUpTelemetry } from './follow-up-ports.ts';
import { placeOf } from './known-application.ts';

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
  /**
   * By `placeOf`, since grants are those of an instance. Holds only applications that have annotations for us.
   */
  readonly #readings = new Map<string, Reading>();
  #faulty = 0;
  readonly #telemetry: Pick<FollowUpTelemetry, 'annotationFault'>;

  constructor(telemetry: Pick<FollowUpTelemetry, 'annotationFault'>) {
    this.#telemetry = telemetry;
  }

  /**
   * Without any grant, annotations are not watched. New grants take effect for each application when it
   * is next seen; until then, its faults are unknown.
   */
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
    if (Object.keys(annotations).length === 0) return this.forget({ argocd, uid });
    const of = JSON.stringify([project, annotations]);
    const key = placeOf({ argocd, uid });
    if (this.#readings.get(key)?.of === of) return;
    this.forget({ argocd, uid });
    const { rules, faulty, forbidden } = judgeAnnotations(argocd, application, this.#settings);
    faulty.forEach(() => this.#telemetry.annotationFault('faulty'));
    forbidden.forEach(() => this.#telemetry.annotationFault('forbidden'));
    const sentences = [...faulty, ...forbidden];
    const isFaulty = sentences.length > 0;
    if (isFaulty) this.#faulty += 1;
    const isKept = this.#faulty <= mostFaulty;
    this.#readings.set(key, {
      argocd,
      application: printName(application),
      project,
      of,
      faults: isKept ? sentences : sentences.slice(0, 1),
      followsHooks: rules.some(isOfHooks),
    });
  }

  /** Whether granted annotations ask for events of hooks or phases. */
  followsHooks(which: MemoryKey): boolean {
    return this.#readings.get(placeOf(which))?.followsHooks ?? false;
  }

  forget(which: MemoryKey): void {
    const key = placeOf(which);
    if ((this.#readings.get(key)?.faults.length ?? 0) > 0) this.#faulty -= 1;
    this.#readings.delete(key);
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

  /** The faults of an application as it is now, seen before or not; also without any grant. */
  faultsOf(argocd: string, application: Application): readonly string[] {
    const { faulty, forbidden } = judgeAnnotations(argocd, application, this.#settings);
    return [...faulty, ...forbidden];
  }
}
