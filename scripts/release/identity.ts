import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `package.json` alone decides, and everything that ships repeats. */
export interface Identity {
  /** Of the extension and the handler, such as `1.2.3`. */
  readonly version: string;
  /** Address of the repository, without a slash at its end. */
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

/**
 * What stands in a text for something that whoever publishes has to fill in, such as
 * `set-your-publisher`; each once.
 */
export function placeholdersIn(text: string): readonly string[] {
  return [...new Set(text.match(/(?<![a-z])set-your-[a-z]+/g))];
}
