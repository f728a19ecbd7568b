/**
 * What lies between a process and what it calls: lets a call through, fails it, or never answers.
 * Asked before the call is carried out, and once more before its answer is heard.
 */
export type Passage = (call: string, stage: 'before' | 'after') => Promise<void>;

export const goOn: Passage = () => Promise.resolve();

/** Answers nothing any more: to the process it is as if it were dead. */
export const never = (): Promise<never> => new Promise<never>(() => undefined);

/** A process that dies at its moment of this number; `count` says how many there were. */
export function dyingAt(moment: number): {
  readonly passage: Passage;
  readonly count: () => number;
} {
  let count = 0;
  return {
    passage: () => {
      count += 1;
      return count < moment ? Promise.resolve() : never();
    },
    count: () => count,
  };
}

/** Fails a call so many times, before or after it is carried out. */
export function failing(
  call: string,
  stage: 'before' | 'after',
  error: Error,
  times: number,
): Passage {
  let left = times;
  return (each, at) => {
    if (each !== call || at !== stage || left === 0) return Promise.resolve();
    left -= 1;
    return Promise.reject(error);
  };
}
