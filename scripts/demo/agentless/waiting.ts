import type {
  SentRequest,
  TaskExecution,
} from '../../../simulators/azure-devops/task-execution.ts';

/** Milliseconds between two looks. */
const pause = 20;

/** The first request of a task and its response; undefined if the task ends without one. */
export async function firstExchange(
  execution: TaskExecution,
  done: Promise<unknown>,
): Promise<SentRequest | undefined> {
  await untilOver(done, () => execution.sent.length > 0);
  return execution.sent[0];
}

/** Looks repeatedly, until what was looked for is there or everything is over. */
export async function untilOver(done: Promise<unknown>, look: () => boolean): Promise<void> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  void done.then(end, end);
  while (!look() && !isOver) await new Promise((resolve) => setTimeout(resolve, pause));
}
