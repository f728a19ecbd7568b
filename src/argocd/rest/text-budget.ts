import { bounded } from './bounded-text.ts';

/**
 * Characters of one text, of all texts of an application, and of each text once the total is used up.
 */
export const messageBounds = { width: 4_000, total: 1_024 * 1_024, least: 200 } as const;

/** Limits the messages that are kept of one application: the first ones get the most space. */
export class TextBudget {
  #left: number = messageBounds.total;

  take(text: string | null | undefined): string {
    const { width, least } = messageBounds;
    const kept = bounded(text ?? '', Math.min(width, Math.max(least, this.#left)));
    this.#left -= kept.length;
    return kept;
  }
}
