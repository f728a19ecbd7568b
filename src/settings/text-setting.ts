import * as z from 'zod/mini';
import type { Setting } from './setting.ts';

/** What editors show for a setting, in terms of JSON Schema. */
export interface About {
  readonly description: string;
  readonly pattern?: string;
  readonly examples?: readonly string[];
}

/** The descriptions for editors, by part of the schema. */
export const about = z.registry<About>();

/** Adds a description for editors to a part of a schema. */
export function described<T extends z.core.$ZodType>(schema: T, description: string): T {
  about.add(schema, { description });
  return schema;
}

/** A text that is parsed further. Editors check the pattern, unless the text contains a reference. */
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
