import type { Secret } from '../../secret.ts';
import { basic } from './answer.ts';
import { aliasesOf, coreHostOf } from './collection.ts';

/** How a job's token is presented: as a password without a user name, or as it is. */
export type TokenForm = 'basic' | 'bearer';

/** More organizations than anybody configures. */
const most = 1_000;

/**
 * Which form each organization takes. All samples send Basic; the newer documents say Bearer, and the
 * tokens are about to be issued by Entra (azure-devops.md §2.1, §13.2): so either may be refused.
 */
export class TokenForms {
  readonly #known = new Map<string, TokenForm>();

  /** The form that was taken last; Basic until one was refused. */
  of(collection: string): TokenForm {
    return this.#known.get(keyOf(collection)) ?? 'basic';
  }

  /** From here on that form is tried first. */
  remember(collection: string, form: TokenForm): void {
    const key = keyOf(collection);
    this.#known.delete(key);
    this.#known.set(key, form);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** The form to try after a server refused one. */
export function otherForm(form: TokenForm): TokenForm {
  return form === 'basic' ? 'bearer' : 'basic';
}

/** The value of `Authorization`. */
export function authorizationOf(form: TokenForm, token: Secret): string {
  return form === 'basic' ? `Basic ${basic(token)}` : `Bearer ${token.reveal()}`;
}

/** All addresses of an organization are one. */
function keyOf(collection: string): string {
  const core = coreHostOf(collection);
  return (aliasesOf(core)[0] ?? core).toLowerCase();
}
