import type { Clock } from '../../follow/clock.ts';
import { printName, type ApplicationName } from '../../sync/application.ts';
import { judgeGate } from '../../sync/gate.ts';
import type { GateAnswer, GateKeeper, GateQuestion, GateStatus } from '../http/gate-port.ts';
import type { InstanceWatch } from './instance-watch.ts';

/** The watch over an Argo CD by its name; undefined where none of that name is configured. */
type Watches = (argocd: string) => Pick<InstanceWatch, 'look'> | undefined;

const worstFirst: readonly GateStatus[] = ['failed', 'waiting', 'passed'];

/** Answers gates from what is known of Argo CD, and never with `passed` from what may be old. */
export class WatchingGateKeeper implements GateKeeper {
  readonly #watches: Watches;
  readonly #clock: Clock;

  constructor(watches: Watches, clock: Clock) {
    this.#watches = watches;
    this.#clock = clock;
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
    const { argocd, project, isAllowed } = question;
    const watch = this.#watches(argocd);
    if (watch === undefined) {
      return { status: 'failed', message: `no Argo CD "${argocd}" is configured` };
    }
    const sight = watch.look(
      application,
      (found) => (project === '' || project === found) && isAllowed(application, found),
    );
    const now = this.#clock.now();
    const asked = { ...question, revision: question.revision || undefined };
    switch (sight.kind) {
      case 'unclear':
        return { status: 'waiting', message: sight.reason };
      case 'absent':
        return judgeGate(undefined, asked, now, now);
      case 'known':
        return judgeGate(sight.glance, asked, sight.steadySince, now);
    }
  }
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
