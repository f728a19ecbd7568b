import type { Setting } from '../../settings/setting.ts';

/** A path as written; its user resolves it. */
export function parsePath(given: string): Setting<string> {
  if (given.trim() !== '' && !given.includes('\0')) return { value: given };
  return { problem: 'it is not a path', advice: 'Use a path such as `./data/handler.db`.' };
}
