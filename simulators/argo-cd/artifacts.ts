import { createHash } from 'node:crypto';
import type { Source } from './application.ts';
import type { Files } from './repository.ts';

const version = /^v?\d+(\.\d+){0,2}(-[\da-z.-]+)?(\+[\da-z.-]+)?$/i;
/** The ranges that tests need: `*`, `1.x`, `~1.2`, `^1.2`. */
const range = /^([~^]?)v?(\d+|[x*])(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?$/;

/** Whether Argo CD reads a source from a registry rather than from Git. */
export function isArtifact({ repoURL, chart }: Source): boolean {
  return isOci(repoURL) || (typeof chart === 'string' && chart !== '');
}

function isOci(repoURL: string): boolean {
  return repoURL.startsWith('oci://');
}

/** The content of registries: charts of Helm repositories by version, and OCI artifacts by tag. */
export class Artifacts {
  readonly #tags = new Map<string, Map<string, Files>>();

  #tagsOf({ repoURL, chart }: Source): Map<string, Files> {
    const key = `${repoURL} ${isOci(repoURL) ? '' : String(chart)}`;
    const known = this.#tags.get(key) ?? new Map<string, Files>();
    this.#tags.set(key, known);
    return known;
  }

  /** Publishes a version or moves a tag. Returns what identifies it: the version, or the digest. */
  publish(source: Source, tag: string, files: Files): string {
    this.#tagsOf(source).set(tag, files);
    return isOci(source.repoURL) ? digestOf(files) : tag;
  }

  /**
   * How Argo CD resolves a revision (reposerver/repository/repository.go): an exact chart version stays as
   * written, a range becomes the newest version, an OCI tag its digest.
   */
  resolve(source: Source, revision: string): string | undefined {
    const tags = this.#tagsOf(source);
    if (!isOci(source.repoURL)) {
      return version.test(revision) || tags.has(revision) ? revision : newest(tags, revision);
    }
    if (revision.startsWith('sha256:')) return revision;
    const files = tags.get(revision) ?? tags.get(newest(tags, revision) ?? '');
    return files && digestOf(files);
  }

  /** The files at a resolved revision. Helm finds `1.2.3` by `v1.2.3`, and the newest one by `1.2`. */
  files(source: Source, revision: string): Files | undefined {
    const tags = this.#tagsOf(source);
    if (isOci(source.repoURL)) return [...tags.values()].find((one) => digestOf(one) === revision);
    return tags.get(revision) ?? tags.get(newest(tags, revision) ?? '');
  }
}

function digestOf(files: Files): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(files)).digest('hex')}`;
}

function newest(tags: ReadonlyMap<string, Files>, revision: string): string | undefined {
  const found = range.exec(revision);
  if (!found) return undefined;
  const [, operator, ...written] = found;
  const parts = written.filter((part) => part !== undefined && /\d/.test(part)).map(Number);
  const fixed = operator === '^' ? 1 : operator === '~' ? Math.min(parts.length, 2) : parts.length;
  return [...tags.keys()]
    .filter((tag) => version.test(tag) && !tag.includes('-'))
    .filter((tag) => parts.slice(0, fixed).every((part, index) => partsOf(tag)[index] === part))
    .filter((tag) => order(partsOf(tag), parts) >= 0)
    .sort((a, b) => order(partsOf(a), partsOf(b)))
    .at(-1);
}

function partsOf(tag: string): readonly number[] {
  return tag.replace(/^v/, '').split('.').map(Number);
}

function order(a: readonly number[], b: readonly number[]): number {
  const index = [0, 1, 2].find((each) => (a[each] ?? 0) !== (b[each] ?? 0));
  return index === undefined ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
