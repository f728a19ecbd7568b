import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `package.json` decides, and everything that ships repeats. */
export interface Identity {
  /** Version of the extension and the handler, such as `1.2.3`. */
  readonly version: string;
  /** URL of the repository, without a trailing slash. */
  readonly repository: string;
}

/** Reads the identity from `package.json` in the root of a project. */
export function readIdentity(root: string): Identity {
  const { version, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly repository: { readonly url: string };
  };
  return { version, repository: repository.url };
}

/** Placeholders in a text that the publisher must replace, such as `set-your-publisher`; each once. */
export function placeholdersIn(text: string): readonly string[] {
  return [...new Set(text.match(/(?<![a-z])set-your-[a-z]+/g))];
}
