import type { Source } from './application.ts';
import { Artifacts, isArtifact } from './artifacts.ts';
import type { Identifiers } from './identifiers.ts';

export type Files = Readonly<Record<string, string>>;

interface Commit {
  readonly sha: string;
  readonly time: number;
  readonly message: string;
  readonly folders: ReadonlyMap<string, Files>;
}

/**
 * A GitOps repository in memory, and the repo server's memory of its branches: a push stays unseen until
 * somebody asks for the newest state, or the memory expires (after three minutes in Argo CD 3.5.1,
 * recordings.md §3.1).
 */
export class Repository {
  static readonly cacheLifetime = 180_000;

  readonly #identifiers: Identifiers;
  readonly #now: () => number;
  readonly #commits = new Map<string, Commit>();
  readonly #branches = new Map<string, string>();
  readonly #tags = new Map<string, string>();
  /** Sources that are not Git repositories. */
  readonly artifacts = new Artifacts();
  readonly #cache = new Map<string, { readonly sha: string; readonly at: number }>();
  readonly #failures = new Map<string, number>();

  constructor(identifiers: Identifiers, now: () => number) {
    this.#identifiers = identifiers;
    this.#now = now;
  }

  /** Replaces a folder by `files`. Returns the new commit's SHA. */
  commit(folder: string, files: Files, branch = 'main'): string {
    const parent = this.#commits.get(this.#branches.get(branch) ?? '');
    const sha = this.#identifiers.sha();
    const folders = new Map(parent?.folders).set(folder, files);
    this.#commits.set(sha, { sha, time: this.#now(), message: `${folder} ${sha}`, folders });
    this.#branches.set(branch, sha);
    return sha;
  }

  /** Creates a branch for the hydrator, unless it exists: with an empty commit. */
  begin(branch: string): void {
    if (this.#branches.has(branch)) return;
    const sha = this.#identifiers.sha();
    const message = `Initial commit for ${branch}`;
    this.#commits.set(sha, { sha, time: this.#now(), message, folders: new Map() });
    this.#branches.set(branch, sha);
  }

  /** Writes what the hydrator rendered from a dry commit, as a commit on another branch. */
  hydrate(folder: string, files: Files, branch: string, dry: string): string {
    const subject = this.#commits.get(dry)?.message ?? '';
    const sha = this.commit(folder, files, branch);
    const commit = this.#commits.get(sha);
    const message = `${dry.slice(0, 7)}: ${subject}\n\nCo-authored-by: Lab <lab@example.com>`;
    if (commit) this.#commits.set(sha, { ...commit, message });
    return sha;
  }

  /** Points a branch at a commit. */
  point(branch: string, sha: string): void {
    this.#branches.set(branch, sha);
  }

  /** Points a tag at a commit; an annotated tag also appears as its commit (recordings.md §2.6). */
  tag(tag: string, sha: string): void {
    this.#tags.set(tag, sha);
  }

  /**
   * How the API server resolves a revision: to the current commit of a branch, a tag, `refs/…` or `HEAD`. A
   * commit stays as written, even if short, in upper case or unknown (seen on a real one; util/git/client.go,
   * `lsRemote`).
   */
  peek(revision: string, source?: Source): string | undefined {
    if (source && isArtifact(source)) return this.artifacts.resolve(source, revision);
    if (/^[0-9a-f]{40}$/i.test(revision)) return revision;
    return this.#named(revision) ?? (/^[0-9a-f]{7,}$/i.test(revision) ? revision : undefined);
  }

  #named(revision: string): string | undefined {
    const [, space, name = revision] = /^refs\/(heads|tags)\/(.+)$/.exec(revision) ?? [];
    if (space === 'tags') return this.#tags.get(name);
    const branch = name === 'HEAD' || name === '' ? 'main' : name;
    return this.#branches.get(branch) ?? (space ? undefined : this.#tags.get(name));
  }

  /**
   * What is checked out for a revision: the full commit in lower case. The repo server remembers it, and with
   * it all refs of the repository (recording `hydrated`: the sync of one branch shows the push to another).
   */
  resolve(revision: string, source?: Source): string | undefined {
    const resolved = this.peek(revision, source);
    if (resolved === undefined || (source && isArtifact(source))) return resolved;
    const sha = this.checkedOut(resolved);
    const at = this.#now();
    for (const name of this.#cache.keys()) {
      const known = this.#named(name);
      if (known !== undefined) this.#cache.set(name, { sha: known, at });
    }
    this.#cache.set(revision, { sha, at });
    return sha;
  }

  /** The full commit of an abbreviated one; unknown ones stay as they are. */
  checkedOut(revision: string): string {
    const prefix = revision.toLowerCase();
    return [...this.#commits.keys()].find((sha) => sha.startsWith(prefix)) ?? revision;
  }

  /** What the repo server remembers of a branch, until that expires. */
  resolveCached(revision: string, source?: Source): string | undefined {
    if (source && isArtifact(source)) return this.resolve(revision, source);
    const known = this.#cache.get(revision);
    const young = known && this.#now() - known.at < Repository.cacheLifetime;
    return young ? known.sha : this.resolve(revision);
  }

  /** The files of a source at a revision; undefined if there are none. */
  filesOf(source: Source, revision: string): Files | undefined {
    if (isArtifact(source)) return this.artifacts.files(source, revision);
    return this.files(this.checkedOut(revision), source.path ?? '.');
  }

  /** The files below a folder, by their path in it; undefined if there are none. */
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
   * Counts a failed generation. True if the repo server has already failed three times and no longer tries
   * (`broken-yaml` recording).
   */
  isPaused(failure: string): boolean {
    const failures = this.#failures.get(failure) ?? 0;
    this.#failures.set(failure, failures + 1);
    return failures >= 3;
  }

  describe(
    revision: string,
  ): { author: string; date: number; message: string; tags: readonly string[] } | undefined {
    const commit = this.#commits.get(this.checkedOut(revision));
    if (!commit) return undefined;
    const { sha, time: date, message } = commit;
    const tags = [...this.#tags].flatMap(([tag, of]) => (of === sha ? [tag] : []));
    const isHydrated = message.startsWith('Initial commit for') || /^[0-9a-f]{7}: /.test(message);
    const author = isHydrated ? 'Argo CD <argo-cd@example.com>' : 'Lab <lab@example.com>';
    return { author, date, message, tags };
  }
}
