import type { Retry } from '../sync/model/goal.ts';
import type { Parsed } from './fault.ts';

type Backoff = NonNullable<Retry['backoff']>;

/** A Go duration (`time.ParseDuration`), without a sign. */
const duration = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h)){1,6}$/;
const advice = 'Write `duration[,factor[,max]]`, such as `5s,2,3m`.';

/** Parses `duration[,factor[,max]]` for Argo CD's `retry.backoff`. */
export function parseRetryBackoff(text: string): Parsed<Backoff> {
  const [first = '', factor, longest, ...rest] = text.split(',', 5).map((part) => part.trim());
  const refuse = (part: string, problem: string) => ({
    problems: [{ text: part, problem, advice }],
  });
  if (rest.length > 0) return refuse(text, 'there are more than three parts');
  if (!duration.test(first)) return refuse(first || text, 'the duration is invalid');
  if (factor !== undefined && !/^[1-9]\d{0,2}$/.test(factor)) {
    return refuse(factor || text, 'the factor is not a whole number from 1 to 999');
  }
  if (longest !== undefined && !duration.test(longest)) {
    return refuse(longest || text, 'the maximum wait is not a duration');
  }
  return {
    value: {
      duration: first,
      ...(factor !== undefined && { factor: Number(factor) }),
      ...(longest !== undefined && { maxDuration: longest }),
    },
  };
}
