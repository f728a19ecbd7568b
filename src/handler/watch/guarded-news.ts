import type { Contact } from '../../follow/contact.ts';
import type { Listener, News, Polling, Tidings } from '../../follow/news.ts';
import type { Deny } from './guarded-argo-cd.ts';

/** Calls back when the rules have changed. Returns the end of that. */
export type OnRulesChange = (listener: () => void) => () => void;

/**
 * News of an Argo CD as one run may hear them. Of an application that it may not use, or not any more,
 * it hears that there is something to look at, and no more: the look tells it what is denied. So do
 * rules that have changed.
 */
export class GuardedNews implements News {
  readonly #news: News;
  readonly #deny: Deny;
  readonly #onRulesChange: OnRulesChange;

  constructor(news: News, deny: Deny, onRulesChange: OnRulesChange) {
    this.#news = news;
    this.#deny = deny;
    this.#onRulesChange = onRulesChange;
  }

  get aliveSince(): number | undefined {
    return this.#news.aliveSince;
  }

  get polling(): Polling {
    return this.#news.polling;
  }

  get contact(): Contact | undefined {
    return this.#news.contact;
  }

  listen(name: string, listener: Listener): () => void {
    const stops = [
      this.#news.listen(name, (tidings) => listener(this.#guarded(tidings))),
      this.#onRulesChange(() => listener('changed')),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #guarded(tidings: Tidings): Tidings {
    if (tidings === 'broken' || tidings === 'changed') return tidings;
    const { name, namespace, project } = tidings.application;
    return this.#deny({ name, namespace }, project) === undefined ? tidings : 'changed';
  }
}
