import { backoff } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { logLine } from '../text/foreign-text.ts';
import type { HookArguments } from './arguments.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { CallFailed, isCallFailed, type Accepted, type FollowUp } from './handler-client.ts';

/** Where a hook sends its call: the handler, or what replaces it. */
export interface HookChannel {
  tell(hook: HookArguments, signal: AbortSignal): Promise<Accepted>;
  progress(id: string, seconds: number, signal: AbortSignal): Promise<FollowUp>;
}

/** What the command needs from its process. */
export interface HookPorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** The application of the hook's own Job. Rejects with a `CallFailed`. */
  readonly applicationOf: (hook: HookArguments, signal: AbortSignal) => Promise<string>;
}

/** Milliseconds between tries. */
const pauses = { first: 1_000, most: 15_000 } as const;
/** Seconds for which the handler may hold an answer. */
const longPoll = 25;
const unproven = 'Azure DevOps has not confirmed yet that it is waiting for the task.';
const over = ['done', 'refused', 'expired', 'dismissed'];

/**
 * Sends the call, waits if asked to, and returns the Job's exit code. Rejects only on a bug. The signal
 * aborts when Kubernetes terminates the pod.
 */
export async function runHook(
  asked: HookArguments,
  channel: HookChannel,
  ports: HookPorts,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { clock, printError } = ports;
  const deadline = clock.now() + asked.timeout;
  try {
    const until = Math.min(deadline, clock.now() + asked.retryFor);
    const application = asked.self.readsOwnJob
      ? await repeat(() => ports.applicationOf(asked, signal), until, ports, signal)
      : asked.self.application;
    const hook = { ...asked, self: { ...asked.self, application } };
    const tell = async () => {
      const answer = await channel.tell(hook, signal);
      if (answer.task?.state === 'accepted') throw new CallFailed('unreachable', unproven);
      return answer;
    };
    const accepted = await repeat(tell, until, ports, signal);
    const { phase, followUps, task, application: found = application ?? '' } = accepted;
    ports.print(`Argo CD runs this hook in ${phase} of application ${logLine(found, 300)}.`);
    if (hook.command === 'complete') return endOfTask(task, ports);
    for (const each of followUps) ports.print(lineOf(each));
    if (followUps.length === 0) {
      if (!hook.waits) return exitCodes.success;
      printError('This operation has no follow-up to wait for: no rule has started one.');
      return exitCodes.failed;
    }
    // Without waiting the end is unknown, but a refusal is known at once.
    if (!hook.waits) return followUps.every(isHopeful) ? exitCodes.success : exitCodes.failed;
    const codes: ExitCode[] = [];
    for (const each of followUps)
      codes.push(await awaitEnd(each, hook, channel, deadline, ports, signal));
    return codes.find((code) => code !== exitCodes.success) ?? exitCodes.success;
  } catch (error) {
    if (signal.aborted) {
      printError('Kubernetes is terminating this pod. Queued pipelines keep running.');
      return exitCodes.terminated;
    }
    if (!isCallFailed(error)) throw error;
    printError(error.message);
    if (error.kind === 'refused') return exitCodes.failed;
    if (!asked.ignoresUnreachable) return exitCodes.unreachable;
    printError('Ignored (--on-unreachable ignore): the handler follows the operation on its own.');
    return exitCodes.success;
  }
}

/** The task is completed when the operation ends, and the operation waits for this hook. */
function endOfTask(task: Accepted['task'], { print, printError }: HookPorts): ExitCode {
  if (task === undefined) {
    printError('This handler does not support hook complete: upgrade it.');
    return exitCodes.failed;
  }
  if (task === null) {
    print('No Azure Pipelines task is waiting for this operation: nothing to complete.');
    return exitCodes.success;
  }
  const { state, outcome } = task;
  if (outcome === 'refused') {
    printError(
      'The handler does not complete the task that this operation names: Azure DevOps is not waiting for it, or no rule allows it. See the log of the handler.',
    );
    return exitCodes.failed;
  }
  print(
    state === 'following'
      ? 'The handler follows this operation, and completes its task in Azure Pipelines when it ends.'
      : `The task in Azure Pipelines is completed: ${logLine(outcome ?? state, 40)}.`,
  );
  return exitCodes.success;
}

async function awaitEnd(
  first: FollowUp,
  { retryFor }: HookArguments,
  channel: HookChannel,
  deadline: number,
  ports: HookPorts,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { clock, print, printError } = ports;
  let last = first;
  let line = lineOf(first);
  while (!hasEnded(last)) {
    const left = deadline - clock.now();
    if (left <= 0) {
      printError(`${logLine(last.target)} did not finish within --timeout. It keeps running.`);
      return exitCodes.timeout;
    }
    const seconds = Math.max(1, Math.min(longPoll, Math.ceil(left / 1_000)));
    const until = Math.min(deadline, clock.now() + retryFor);
    const asked = clock.now();
    last = await repeat(() => channel.progress(last.id, seconds, signal), until, ports, signal);
    const now = lineOf(last);
    if (now !== line) print(now);
    line = now;
    // If the handler does not hold its answer, pause here instead.
    if (!hasEnded(last)) await clock.sleep(Math.max(0, asked + pauses.first - clock.now()), signal);
    signal.throwIfAborted();
  }
  const isDone = last.state === 'done' && (!isRun(last) || last.run?.result === 'succeeded');
  if (isDone) return exitCodes.success;
  printError(`${logLine(last.target)} did not succeed, so this hook fails.`);
  return exitCodes.failed;
}

/** Retries until an answer or a refusal. At the deadline it throws the last failure. */
async function repeat<T>(
  call: () => Promise<T>,
  until: number,
  { clock, random, printError }: HookPorts,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!isCallFailed(error) || error.kind === 'refused') throw error;
      const pause = Math.max(error.retryAfter, backoff(attempt, pauses, random));
      if (clock.now() + pause > until) throw error;
      if (attempt === 1) printError(`${error.message} Retrying.`);
      await clock.sleep(pause, signal);
      signal.throwIfAborted();
    }
  }
}

function isHopeful({ state }: FollowUp): boolean {
  return state === 'waiting' || state === 'sent' || state === 'done';
}

/** A follow-up that only posts has ended once it is done. */
function isRun({ target }: FollowUp): boolean {
  return !target.startsWith('https://');
}

function hasEnded(followUp: FollowUp): boolean {
  const { state, run } = followUp;
  if (!over.includes(state)) return false;
  return state !== 'done' || !isRun(followUp) || run?.state === 'completed';
}

function lineOf({ target, state, message, run }: FollowUp): string {
  const about = logLine(target, 300);
  if (run !== null) {
    const how = run.result ?? run.state ?? 'queued';
    return `${about}: ${logLine(how, 40)}, ${logLine(run.name, 200)} ${logLine(run.page, 2_000)}`;
  }
  const why = message === '' ? '' : ` (${logLine(message, 1_000)})`;
  return `${about}: ${states[state]}${why}`;
}

const states: Readonly<Record<FollowUp['state'], string>> = {
  waiting: 'to be queued',
  sent: 'being queued',
  done: 'done',
  refused: 'refused',
  expired: 'not done in time',
  dismissed: 'dismissed by an operator',
};
