import * as z from 'zod/mini';
import { namePattern, parseName } from './names.ts';
import type { Setting } from './setting.ts';
import { described, textSetting } from './text-setting.ts';

/** The limit of patterns in one setting. */
export const mostPatterns = 100;

/** A name that the configuration defines. */
export const nameSetting = (description: string) =>
  textSetting(parseName, { description, pattern: namePattern });

/** One or more patterns, each parsed with `parse`; `item` describes each, `description` the whole. */
export const patternSettings = (
  parse: (text: string) => Setting<string>,
  item: string,
  description: string,
) =>
  described(
    z
      .array(textSetting(parse, { description: item }))
      .check(z.minLength(1), z.maxLength(mostPatterns)),
    description,
  );
