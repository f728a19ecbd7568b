import * as z from 'zod/mini';
// Not by way of `z.core`, with which the bundler keeps all of zod and its 50 languages.
import { $ZodError } from 'zod/v4/core';
import type { $ZodType, output } from 'zod/v4/core';
import type { SentCall } from './answer.ts';
import { jsonOf, unreadableAnswer } from './answer.ts';

const mostIssues = 3;

/** Reads an answer, or throws an `AzureError` that says where it is odd. */
export function parseAnswer<T extends $ZodType>(
  asked: SentCall,
  schema: T,
  text: string,
): output<T> {
  const json = jsonOf(asked, text);
  try {
    return z.parse(schema, json);
  } catch (error) {
    if (!(error instanceof $ZodError)) throw error;
    const places = error.issues
      .slice(0, mostIssues)
      .map(({ path }) => path.join('.') || 'all of it');
    throw unreadableAnswer(asked, places.join(', '));
  }
}
