import { backoff } from '../async/backoff.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import { printName } from '../sync/model/application.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { Goal } from '../sync/model/goal.ts';
import { UserError } from '../user-error.ts';
import { retryDelayFor } from './application-poller.ts';
import type { Contact } from './contact.ts';
import { throwIfDetached } from './detachment.ts';
import { Outage } from './outage.ts';
import type { FollowPorts } from './settings.ts';
import { isoTime } from '../text/iso-time.ts';

/** What is searched for. */
export interface Search {
  readonly selector: string;
  /** How many it must match; absent: any number. */
  readonly expectedCount?: number | undefined;
  /** AppProject; empty where unknown. */
  readonly project: string;
  readonly ifMissing: Goal['ifMissing'];
}

/** When a run began, and when it must end; local milliseconds. */
export interface RunTimes {
  readonly startedAt: number;
  readonly deadline: number;
}

/** What a search needs of the outside. */
export type SearchPorts = Pick<FollowPorts, 'argocd' | 'clock' | 'random' | 'signal' | 'tell'> & {
  readonly contact: Contact;
};

/** Limit on the applications named in a message. */
const mostNames = 10;
const adviceForNone =
  'Check selector and project. If the applications have yet to be created, set ifMissing: wait.';
const searching = { first: 2_000, most: 15_000 };

/**
 * Finds the applications of a selector. Finding none ends the search or makes it wait, as chosen;
 * it also waits until there are exactly as many as expected, since some may still be created or
 * deleted. What it waits for is reported when it changes. Rejects with a `UserError` at the
 * deadline, on cancellation, and where waiting is pointless.
 */
export async function findApplications(
  wanted: Search,
  { startedAt, deadline }: RunTimes,
  { argocd, clock, random, signal: canceled, contact, tell }: SearchPorts,
): Promise<readonly ApplicationName[]> {
  const { selector, expectedCount, project, ifMissing } = wanted;
  const scope = new CancelScope(clock, { parent: canceled, at: deadline });
  const outage = new Outage(clock, contact, { startedAt, deadline });
  let away = '';
  let matched: readonly ApplicationName[] = [];
  let told = '';
  const say = (message: string, level: 'info' | 'warning' = 'info') => {
    if (message !== told) tell({ kind: 'search', level, message });
    told = message;
  };
  try {
    for (let tries = 1; !scope.signal.aborted; tries += 1) {
      let pause = backoff(tries, searching, random);
      try {
        const found = await argocd.find(selector, project, scope.signal);
        const seconds = outage.answered();
        if (seconds !== undefined) say(`Argo CD responds again after ${seconds} s`);
        matched = found.map(({ name, namespace }) => ({ name, namespace }));
        away = '';
        if (matched.length > 0 && matched.length === (expectedCount ?? matched.length)) {
          if (told !== '') say(describe(wanted, matched));
          return matched;
        }
        if (expectedCount === undefined && ifMissing === 'fail') break;
        say(`${describe(wanted, matched)}; waiting until ${printTime(deadline)}`);
      } catch (error) {
        if (scope.signal.aborted) break;
        const failed = outage.failed(error, { name: selector, project, isSeen: false });
        if (failed.kind === 'fatal') throw failed.error;
        away = failed.reason;
        pause = Math.max(pause, retryDelayFor(error));
        if (failed.kind !== 'missing' && failed.notice !== undefined) say(failed.notice, 'warning');
      }
      await clock.sleep(pause, scope.signal);
    }
  } finally {
    scope.end();
  }
  throwIfDetached(canceled);
  const { neverReached } = outage;
  if (neverReached !== undefined && !canceled.aborted) throw neverReached;
  throw canceled.aborted ? canceledSearch(wanted, matched) : failedSearch(wanted, matched, away);
}

function canceledSearch(
  { selector, expectedCount }: Search,
  matched: readonly ApplicationName[],
): UserError {
  const missed =
    expectedCount === undefined
      ? 'found anything'
      : `matched ${expectedCount} applications; it matched ${matched.length}`;
  return new UserError(`The run was canceled before selector "${selector}" ${missed}`, '');
}

/** `away` says why Argo CD could not be reached at the end; empty when it could. */
function failedSearch(
  wanted: Search,
  matched: readonly ApplicationName[],
  away: string,
): UserError {
  const { selector, expectedCount } = wanted;
  if (away !== '') {
    const message = `Argo CD could not be reached to find what selector "${selector}" matches: ${away}`;
    return new UserError(message, adviceForNone);
  }
  const advice =
    expectedCount === undefined
      ? adviceForNone
      : 'Check expectedCount, selector and project, whether the ApplicationSet has generated all of them, and whether the token may read them all.';
  return new UserError(describe(wanted, matched), advice);
}

/** How many applications match, and how many should. */
function describe(
  { selector, expectedCount, project }: Search,
  matched: readonly ApplicationName[],
): string {
  const where = project === '' ? '' : ` in project "${project}"`;
  const names = matched.slice(0, mostNames).map(printName).join(', ');
  const more = matched.length > mostNames ? ` and ${matched.length - mostNames} more` : '';
  const listed = names === '' ? '' : ` (${names}${more})`;
  const { length } = matched;
  if (expectedCount === undefined) {
    return length === 0
      ? `No application that the token may read matches selector "${selector}"${where}`
      : `Applications that match selector "${selector}"${where}: ${length}${listed}`;
  }
  if (length > expectedCount) {
    return `${length} applications match selector "${selector}"${where}, but expectedCount is ${expectedCount}${listed}`;
  }
  const only = length < expectedCount ? 'Only ' : '';
  return `${only}${length} of ${expectedCount} expected applications match selector "${selector}"${where}${listed}`;
}

/** To the second, UTC. */
function printTime(time: number): string {
  return `${isoTime(time).slice(0, 19)}Z`;
}
