import type { Identifiers } from './identifiers.ts';

export type Files = Readonly<Record<string, string>>;

interface Commit {
  readonly sha: string;
  readonly time: number;
  readonly message: string;
  readonly folders: ReadonlyMap<string, Files>;
}

/**
 * A GitOps repository in memory, together with the repo server's memory of where its branches
 * point: a push stays unseen until somebody asks for the newest state, or the memory is too old
 * (three minutes in Argo CD 3.5.1, recordings.md fact 1).
 */
export class Repository {
  static readonly cacheLifetime = 180_000;

  readonly #identifiers: Identifiers;
  readonly #now: () => number;
  readonly #commits = new Map<string, Commit>();
  readonly #branches = new Map<string, string>();
  readonly #cache = new Map<string, { readonly sha: string; readonly at: number }>();
  readonly #failures = new Map<string, number>();

  constructor(identifiers: Identifiers, now: () => number) {
    this.#identifiers = identifiers;
    this.#now = now;
  }

  /** Replaces a folder by `files` and returns the new commit's SHA. */
  commit(folder: string, files: Files, branch = 'main'): string {
    const parent = this.#commits.get(this.#branches.get(branch) ?? '');
    const sha = this.#identifiers.sha();
    const folders = new Map(parent?.folders).set(folder, files);
    this.#commits.set(sha, { sha, time: this.#now(), message: `${folder} ${sha}`, folders });
    this.#branches.set(branch, sha);
    return sha;
  }

  /** Points a branch or tag at a commit. */
  point(branch: string, sha: string): void {
    this.#branches.set(branch, sha);
  }

  /** The commit that a branch, a tag or a SHA names now. */
  peek(revision: string): string | undefined {
    const name = revision === 'HEAD' ? 'main' : revision;
    return this.#branches.get(name) ?? (this.#commits.has(name) ? name : undefined);
  }

  /** The same, and the repo server remembers it. */
  resolve(revision: string): string | undefined {
    const name = revision === 'HEAD' ? 'main' : revision;
    const sha = this.peek(name);
    if (sha) this.#cache.set(name, { sha, at: this.#now() });
    return sha;
  }

  /** What the repo server remembers of a branch, while its memory is young enough. */
  resolveCached(revision: string): string | undefined {
    const known = this.#cache.get(revision === 'HEAD' ? 'main' : revision);
    const young = known && this.#now() - known.at < Repository.cacheLifetime;
    return young ? known.sha : this.resolve(revision);
  }

  /** The files below a folder, by their path in it; undefined when there are none. */
  files(sha: string, path: string): Files | undefined {
    const commit = this.#commits.get(sha);
    const found: Record<string, string> = {};
    for (const [folder, files] of commit?.folders ?? []) {
      for (const [name, text] of Object.entries(files)) {
        const full = `${folder}/${name}`;
        if (path === '.' || path === '') found[full] = text;
        else if (full.startsWith(`${path}/`)) found[full.slice(path.length + 1)] = text;
      }
    }
    return Object.keys(found).length > 0 ? found : undefined;
  }

  /**
   * Counts a failed generation; true when the repo server had failed at it three times before, and
   * so no longer tries (`broken-yaml` recording).
   */
  isPaused(failure: string): boolean {
    const failures = this.#failures.get(failure) ?? 0;
    this.#failures.set(failure, failures + 1);
    return failures >= 3;
  }

  describe(sha: string): { author: string; date: number; message: string } | undefined {
    const commit = this.#commits.get(sha);
    return (
      commit && { author: 'Lab <lab@example.com>', date: commit.time, message: commit.message }
    );
  }
}
