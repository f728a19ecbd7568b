import * as z from 'zod/mini';
import { described } from '../settings/text-setting.ts';
import type { Place } from './action-kinds/action-kind.ts';
import { actionKinds } from './action-kinds/action-kinds.ts';
import type { FollowUpAction } from './follow-up.ts';

/** What to do: one of the kinds that this place may ask for, by its name. */
export const actionSchema = (place: Place) => {
  const kinds = actionKinds.filter(
    ({ permission }) => place === 'configuration' || permission !== undefined,
  );
  const all = Object.fromEntries(
    kinds.map((each) => [
      each.kind,
      z.optional<z.core.$ZodType<FollowUpAction>>(each.schema(place)),
    ]),
  );
  const one = z.strictObject(all).check(({ value, issues }) => {
    const given = Object.values(value).filter((each) => each !== undefined);
    // A misspelled kind has its own message.
    if (given.length === 1 || issues.length > 0) return;
    const message = given.length === 0 ? 'it has no action' : 'it has more than one action';
    const params = {
      advice: `Write one of: ${Object.keys(all).join(', ')}. A second action needs its own rule.`,
    };
    issues.push({ code: 'custom', message, params, input: value });
  });
  return z.pipe(
    described(one, 'What to do.'),
    z.transform((given) => Object.values(given).find(Boolean) as FollowUpAction),
  );
};
