import type { Clock } from '../../follow/clock.ts';
import { printName, type ApplicationName } from '../../sync/application.ts';
import { commitsToTell, judgeGate } from '../../sync/gate.ts';
import type { Glance } from '../../sync/glance.ts';
import type { GateAnswer, GateKeeper, GateQuestion, GateStatus } from '../http/gate-port.ts';
import type { InstanceWatch, Sight } from './instance-watch.ts';
import type { TagBook } from './tag-book.ts';

/** The watch over an Argo CD by its name; undefined where none of that name is configured. */
type Watches = (argocd: string) => Pick<InstanceWatch, 'look'> | undefined;

/** Of so many applications tags are asked for at once; the others at the next sample. */
const mostAsked = 50;

const worstFirst: readonly GateStatus[] = ['failed', 'waiting', 'passed'];

/** Answers gates from what is known of Argo CD, and never with `passed` from what may be old. */
export class WatchingGateKeeper implements GateKeeper {
  readonly #watches: Watches;
  readonly #clock: Clock;
  readonly #tags: TagBook | undefined;

  constructor(watches: Watches, clock: Clock, tags?: TagBook) {
    this.#watches = watches;
    this.#clock = clock;
    this.#tags = tags;
  }

  async prepare(question: GateQuestion): Promise<void> {
    const { argocd, applications } = question;
    const tags = this.#tags;
    if (tags === undefined) return;
    const asking = applications.slice(0, mostAsked).map(async (application) => {
      const sight = this.#look(question, application);
      if (sight?.kind !== 'known') return;
      const { glance } = sight;
      await tags.learn(argocd, glance, commitsToTell(glance, askedOf(question)));
    });
    await Promise.all(asking);
  }

  judge(question: GateQuestion): GateAnswer {
    const applications = question.applications.map((application) => ({
      name: printName(application),
      ...this.#judgeOne(question, application),
    }));
    return { ...summarize(applications), applications };
  }

  #judgeOne(
    question: GateQuestion,
    application: ApplicationName,
  ): Pick<GateAnswer, 'status' | 'message'> {
    const sight = this.#look(question, application);
    if (sight === undefined) {
      return { status: 'failed', message: `no Argo CD "${question.argocd}" is configured` };
    }
    const now = this.#clock.now();
    const asked = askedOf(question);
    switch (sight.kind) {
      case 'unclear':
        return { status: 'waiting', message: sight.reason };
      case 'absent':
        return judgeGate(undefined, asked, now, now);
      case 'known':
        return judgeGate(this.#tell(question, sight.glance), asked, sight.steadySince, now);
    }
  }

  #look(
    { argocd, project, isAllowed }: GateQuestion,
    application: ApplicationName,
  ): Sight | undefined {
    return this.#watches(argocd)?.look(
      application,
      (found) => (project === '' || project === found) && isAllowed(application, found),
    );
  }

  /** The glance with the tags that decide the question, as far as they are known. */
  #tell(question: GateQuestion, glance: Glance): Glance {
    const commits = commitsToTell(glance, askedOf(question));
    if (this.#tags === undefined || commits.length === 0) return glance;
    return { ...glance, tags: this.#tags.find(question.argocd, glance, commits) };
  }
}

function askedOf(question: GateQuestion) {
  return { ...question, revision: question.revision || undefined };
}

/** The worst, in a sentence; a gate without applications must not pass. */
function summarize(
  applications: GateAnswer['applications'],
): Pick<GateAnswer, 'status' | 'message'> {
  const status = worstFirst.find((each) => applications.some((one) => one.status === each));
  if (status === undefined) {
    return { status: 'failed', message: 'No application was named' };
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
