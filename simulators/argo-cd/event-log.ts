import type { Application } from './application.ts';
import type { SimulatedClock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { Identifiers } from './identifiers.ts';

export interface KubernetesEvent {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly involvedObject: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly type: string;
  readonly eventTime: null;
}

/** The Kubernetes events that server and controller write about Applications. */
export class EventLog {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #events: KubernetesEvent[] = [];

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  add({ metadata }: Application, component: string, reason: string, message: string): void {
    const time = timestamp(this.#clock.now);
    const uid = this.#identifiers.uid();
    this.#events.push({
      metadata: { name: `${metadata.name}.${uid.slice(0, 8)}`, namespace: metadata.namespace, uid },
      involvedObject: {
        kind: 'Application',
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
        apiVersion: 'argoproj.io/v1alpha1',
      },
      reason,
      message,
      source: { component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type: 'Normal',
      eventTime: null,
    });
  }

  of(uid: string): readonly KubernetesEvent[] {
    return this.#events.filter(({ involvedObject }) => involvedObject.uid === uid);
  }
}
