import * as z from 'zod/mini';
// Not through `z.core`, which makes the bundler keep all of zod and its 50 languages.
import { $ZodError } from 'zod/v4/core';
import type { $ZodType, output } from 'zod/v4/core';
import type { SentCall } from './answer.ts';
import { jsonOf, unreadableAnswer } from './answer.ts';

const mostIssues = 3;

/** Parses an answer, or throws an `AzureError` that says which fields are unexpected. */
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
      .map(({ path }) => path.join('.') || 'the whole response');
    throw unreadableAnswer(asked, places.join(', '));
  }
}
