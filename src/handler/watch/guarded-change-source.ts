import type { Contact } from '../../follow/contact.ts';
import type {
  ChangeListener,
  ChangeSource,
  Polling,
  ChangeEvent,
} from '../../follow/change-source.ts';
import type { Deny } from './guarded-argo-cd.ts';

/** Calls the listener when the rules have changed. Returns a function that removes it. */
export type OnRulesChange = (listener: () => void) => () => void;

/**
 * The change events of an Argo CD that one run may see. About an application that it may not use, or no
 * longer, the run only learns that there is something to look at; the look then reports the denial. Changed
 * rules have the same effect.
 */
export class GuardedChangeSource implements ChangeSource {
  readonly #changes: ChangeSource;
  readonly #deny: Deny;
  readonly #onRulesChange: OnRulesChange;

  constructor(changes: ChangeSource, deny: Deny, onRulesChange: OnRulesChange) {
    this.#changes = changes;
    this.#deny = deny;
    this.#onRulesChange = onRulesChange;
  }

  get aliveSince(): number | undefined {
    return this.#changes.aliveSince;
  }

  get polling(): Polling {
    return this.#changes.polling;
  }

  get contact(): Contact | undefined {
    return this.#changes.contact;
  }

  listen(name: string, listener: ChangeListener): () => void {
    const stops = [
      this.#changes.listen(name, (event) => listener(this.#guarded(event))),
      this.#onRulesChange(() => listener('changed')),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #guarded(event: ChangeEvent): ChangeEvent {
    if (event === 'broken' || event === 'changed') return event;
    const { name, namespace, project } = event.application;
    return this.#deny({ name, namespace }, project) === undefined ? event : 'changed';
  }
}
