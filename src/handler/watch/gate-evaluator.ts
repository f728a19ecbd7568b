import type { Clock } from '../../async/clock.ts';
import { printName, type ApplicationName } from '../../sync/model/application.ts';
import { commitsToAsk, judgeGate } from '../../sync/gate/gate.ts';
import type { ApplicationSummary } from '../../sync/model/application-summary.ts';
import { worstStatusesFirst } from '../gates.ts';
import type { GateReport, GateEvaluator, GateRequest } from '../gates.ts';
import type { ApplicationInformer, LookResult } from './application-informer.ts';
import type { TagCache } from './tag-cache.ts';

/** The watch of an Argo CD by its name; undefined if none has that name. */
type Watches = (argocd: string) => Pick<ApplicationInformer, 'look'> | undefined;

/** Applications whose tags are requested at once; the rest follows at the next sample. */
const mostAsked = 50;

/** Answers gates from what is known about Argo CD, but never `passed` from stale data. */
export class InformerGateEvaluator implements GateEvaluator {
  readonly #watches: Watches;
  readonly #clock: Clock;
  readonly #tags: TagCache | undefined;

  constructor(watches: Watches, clock: Clock, tags?: TagCache) {
    this.#watches = watches;
    this.#clock = clock;
    this.#tags = tags;
  }

  async prepare(question: GateRequest): Promise<void> {
    const { argocd, applications } = question;
    const tags = this.#tags;
    if (tags === undefined) return;
    const asking = applications.slice(0, mostAsked).map(async (application) => {
      const found = this.#look(question, application);
      if (found?.kind !== 'known') return;
      const { summary } = found;
      await tags.learn(argocd, summary, commitsToAsk(summary, askedOf(question)));
    });
    await Promise.all(asking);
  }

  judge(question: GateRequest): GateReport {
    const applications = question.applications.map((application) => ({
      name: printName(application),
      ...this.#judgeOne(question, application),
    }));
    return { ...summarize(applications), applications };
  }

  #judgeOne(
    question: GateRequest,
    application: ApplicationName,
  ): Pick<GateReport, 'status' | 'message'> {
    const found = this.#look(question, application);
    if (found === undefined) {
      return { status: 'failed', message: `no Argo CD "${question.argocd}" is configured` };
    }
    const now = this.#clock.now();
    const asked = askedOf(question);
    switch (found.kind) {
      case 'unclear':
        return { status: 'waiting', message: found.reason };
      case 'absent':
        return judgeGate(undefined, asked, now, now);
      case 'known':
        return judgeGate(this.#tell(question, found.summary), asked, found.steadySince, now);
    }
  }

  #look(
    { argocd, project, isAllowed }: GateRequest,
    application: ApplicationName,
  ): LookResult | undefined {
    return this.#watches(argocd)?.look(
      application,
      (found) => (project === '' || project === found) && isAllowed(application, found),
    );
  }

  /** The summary with the tags and times that decide the question, if known. */
  #tell(question: GateRequest, summary: ApplicationSummary): ApplicationSummary {
    const commits = commitsToAsk(summary, askedOf(question));
    if (this.#tags === undefined || commits.length === 0) return summary;
    return { ...summary, ...this.#tags.find(question.argocd, summary, commits) };
  }
}

function askedOf(question: GateRequest) {
  return { ...question, revision: question.revision || undefined };
}

/** The worst status, in a sentence. A gate without applications must not pass. */
function summarize(
  applications: GateReport['applications'],
): Pick<GateReport, 'status' | 'message'> {
  const status = worstStatusesFirst.find((each) => applications.some((one) => one.status === each));
  if (status === undefined) {
    return { status: 'failed', message: 'No application was specified' };
  }
  const worst = applications.filter((one) => one.status === status);
  const first = worst.slice(0, 1).map(({ name, message }) => `${name}: ${message}`);
  if (applications.length === 1) return { status, message: first.join('') };
  const count = `${worst.length} of ${applications.length} applications`;
  return {
    status,
    message:
      status === 'passed'
        ? `All ${applications.length} applications passed`
        : `${count} ${status}; ${first.join('')}`,
  };
}
