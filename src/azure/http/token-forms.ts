import type { Secret } from '../../secret.ts';
import { basic } from './answer.ts';
import { aliasesOf, coreHostOf } from './collection.ts';

/** How a job's token is sent: as a Basic password without a user name, or as a Bearer token. */
export type TokenForm = 'basic' | 'bearer';

/** More organizations than anyone configures. */
const most = 1_000;

/**
 * Which form each organization accepts. All samples send Basic, but newer documents say Bearer, and
 * Entra will issue the tokens in the future (azure-devops.md §2.1, §13.2). So either may be refused.
 */
export class TokenForms {
  readonly #known = new Map<string, TokenForm>();

  /** The form that was accepted last; Basic until it was refused. */
  of(collection: string): TokenForm {
    return this.#known.get(keyOf(collection)) ?? 'basic';
  }

  /** Tries this form first from now on. */
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

/** All URLs of an organization share one entry. */
function keyOf(collection: string): string {
  const core = coreHostOf(collection);
  return (aliasesOf(core)[0] ?? core).toLowerCase();
}
