import { CancelScope } from '../../async/cancel-scope.ts';
import type { ArgoCD } from '../../argocd/port.ts';
import type { Clock } from '../../async/clock.ts';
import type { ApplicationSummary } from '../../sync/model/application-summary.ts';

/** How long tags are cached, in milliseconds; Argo CD itself caches them for a day. */
const valid = 10 * 60_000;
/** How many commits are cached. */
const most = 1_000;
/** The longest a gate waits for an answer; Azure Pipelines gives it 20 s. */
const grace = 5_000;

/** The Argo CD by its name; undefined if none has that name. */
type Servers = (argocd: string) => Pick<ArgoCD, 'commit'> | undefined;

type Tags = Readonly<Record<string, readonly string[]>>;

/**
 * What Argo CD said about commits that gates have asked for: their tags, which alone tell whether the short
 * name that an application tracks is a branch or a tag; and their times, which show a promotion.
 */
export class TagCache {
  readonly #servers: Servers;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #known = new Map<
    string,
    { readonly tags: readonly string[]; readonly date: number | undefined; readonly at: number }
  >();

  constructor(servers: Servers, clock: Clock) {
    this.#servers = servers;
    this.#clock = clock;
  }

  /** What is known of these commits of an application. */
  find(
    argocd: string,
    summary: ApplicationSummary,
    commits: readonly string[],
  ): Required<Pick<ApplicationSummary, 'dates'>> & { readonly tags: Tags } {
    const found = commits.flatMap((commit) => {
      const known = this.#known.get(keyOf(argocd, summary, commit));
      const isValid = known !== undefined && this.#clock.now() - known.at < valid;
      return isValid ? [{ commit, ...known }] : [];
    });
    const dated = found.flatMap(({ commit, date }) =>
      date === undefined ? [] : [[commit, date] as const],
    );
    return {
      tags: Object.fromEntries(found.map(({ commit, tags }) => [commit, tags])),
      dates: Object.fromEntries(dated),
    };
  }

  /** Asks Argo CD for unknown commits. Never rejects: without an answer, they stay unknown. */
  async learn(
    argocd: string,
    summary: ApplicationSummary,
    commits: readonly string[],
  ): Promise<void> {
    const known = this.find(argocd, summary, commits).tags;
    const server = this.#servers(argocd);
    const open = [...new Set(commits)].filter((commit) => known[commit] === undefined);
    if (server === undefined || open.length === 0) return;
    const { name, namespace, project } = summary;
    const scope = new CancelScope(this.#clock, { at: this.#clock.now() + grace });
    const ask = async (commit: string) => {
      const { tags, date } = await server.commit(
        { name, namespace, project },
        commit,
        scope.signal,
      );
      this.#keep(keyOf(argocd, summary, commit), tags, date);
    };
    await Promise.allSettled(open.map(ask));
    scope.end();
  }

  #keep(key: string, tags: readonly string[], date: number | undefined): void {
    this.#known.delete(key);
    this.#known.set(key, { tags, date, at: this.#clock.now() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }
}

function keyOf(argocd: string, { uid }: ApplicationSummary, commit: string): string {
  return JSON.stringify([argocd, uid, commit]);
}
