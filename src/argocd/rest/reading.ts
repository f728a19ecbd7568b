import * as z from 'zod/mini';
// Not through `z.core`, which makes the bundler keep all of zod and its 50 languages.
import { $ZodError } from 'zod/v4/core';
import type { $ZodIssue, $ZodType, output } from 'zod/v4/core';
import { inTurns } from '../../async/in-turns.ts';
import { ArgoCDError } from '../argocd-error.ts';
import { unreadableAnswer } from './answer.ts';
import type { ArgoCDCall } from './call.ts';
import { nameOf } from './call.ts';

/** Parses an answer with a schema. `readable` converts what it throws. */
export function parseAnswer<T extends $ZodType>(schema: T, json: unknown): output<T> {
  return z.parse(schema, json, { reportInput: true });
}

/**
 * Returns the result of `reading`, or throws an `ArgoCDError` if the shape of the answer is unexpected.
 */
export function readable<T>(call: ArgoCDCall, reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    throw explained(call, error);
  }
}

/** Like `readable` for large answers: it yields to other work. */
export async function readableInTurns<T>(
  call: ArgoCDCall,
  reading: Generator<number, T>,
): Promise<T> {
  try {
    return await inTurns(reading);
  } catch (error) {
    throw explained(call, error);
  }
}

function explained(call: ArgoCDCall, error: unknown): unknown {
  const why =
    error instanceof $ZodError
      ? describe(error)
      : error instanceof SyntaxError
        ? `expected JSON: ${error.message}`
        : undefined;
  if (why === undefined) return error;
  const reason = `unexpected response (this version knows Argo CD 2.11 to 3.5): ${why.slice(0, 500)}`;
  return new ArgoCDError(nameOf(call), reason, { failure: unreadableAnswer(call.effect) });
}

const mostIssues = 3;

/** `status.operationState.phase is "Paused", expected one of Running, …` */
function describe({ issues }: $ZodError): string {
  return issues.slice(0, mostIssues).map(describeIssue).join('; ');
}

function describeIssue(issue: $ZodIssue): string {
  const where = issue.path.join('.') || 'it';
  const found = (JSON.stringify(issue.input) ?? 'missing').slice(0, 80);
  return `${where} is ${found}, expected ${expectationOf(issue)}`;
}

function expectationOf(issue: $ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.filter((value) => value !== '').join(', ')}`;
    case 'too_big': {
      const what = issue.origin === 'string' ? 'characters' : 'entries';
      return `no more than ${issue.maximum} ${what}`;
    }
    default:
      return issue.message;
  }
}
