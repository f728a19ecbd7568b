import * as z from 'zod/mini';
import type { PodLog } from '../port.ts';
import { messageOf } from './answer.ts';

const chunkSchema = z.object({
  result: z.object({
    content: z.nullish(z.string()),
    last: z.nullish(z.boolean()),
    timeStamp: z.nullish(z.string()),
  }),
});

/**
 * Reads the chunks of a log, one JSON text a line. What Kubernetes says instead of a log (no such
 * container, not started yet) comes as a line of content too, but without a time (recording
 * `hook-logs`); an error of Argo CD ends the chunks. Throws where a line is neither.
 */
export function readLog(text: string, most: number): PodLog {
  const lines: string[] = [];
  let fault = '';
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const json: unknown = JSON.parse(line);
    const error = messageOf(json);
    if (error !== undefined) {
      fault ||= error;
      continue;
    }
    const { content, last, timeStamp } = chunkSchema.parse(json).result;
    if (last === true) continue;
    if (timeStamp == null) fault ||= content ?? '';
    else lines.push(content ?? '');
  }
  return { lines: lines.slice(-most), fault };
}
