import * as z from 'zod/mini';
import type { Setting } from './setting.ts';

/** What an editor shows of a setting: JSON Schema's own words. */
export interface About {
  readonly description: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
}

/** What is said for editors, by the part of the schema that it is said of. */
export const about = z.registry<About>();

/** Says for editors what a part of the schema is for. */
export function described<T extends z.core.$ZodType>(schema: T, description: string): T {
  about.add(schema, { description });
  return schema;
}

/** A text that is read further. Editors check the pattern, unless the text holds a reference. */
export function textSetting<T>(
  parse: (text: string) => Setting<T>,
  { pattern, ...said }: About,
): z.ZodMiniPipe<z.ZodMiniString, z.ZodMiniTransform<T, string>> {
  const form = z.string();
  about.add(form, { ...said, ...(pattern && { pattern: `${pattern}|\\$\\{(env|file):` }) });
  const read = z.transform((given: string, { issues }): T => {
    const setting = parse(given);
    if ('value' in setting) return setting.value;
    const { problem, advice } = setting;
    issues.push({ code: 'custom', message: problem, params: { advice }, input: given });
    return z.NEVER;
  });
  return z.pipe(form, read);
}
