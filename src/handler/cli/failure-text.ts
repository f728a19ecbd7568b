import { errorMessage } from '../../async/error-message.ts';
import { plainLine } from '../../text/foreign-text.ts';

/** What went wrong and, if the error knows, what to do: one line. */
export function failureText(error: unknown): string {
  const advice = error instanceof Error && 'advice' in error ? String(error.advice) : '';
  const message = errorMessage(error);
  const isSentence = advice === '' || /[.!?]$/.test(message);
  return plainLine([isSentence ? message : `${message}.`, advice].filter(Boolean).join(' '), 1_500);
}
