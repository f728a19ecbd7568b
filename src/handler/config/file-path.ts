import type { Setting } from '../../settings/setting.ts';

/** A path as it was written; whoever uses it resolves it. */
export function parsePath(given: string): Setting<string> {
  if (given.trim() !== '' && !given.includes('\0')) return { value: given };
  return { problem: 'it is not a path', advice: 'Write one, such as `./data/handler.db`.' };
}
