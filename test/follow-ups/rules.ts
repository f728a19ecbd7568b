import assert from 'node:assert/strict';
import { readFollowUpsInput } from '../../src/follow-ups/read-follow-ups.ts';
import type { FollowUpRule } from '../../src/follow-ups/follow-up.ts';

/** A rule as people write it. */
export function written(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'smoke',
    when: { events: ['succeeded'] },
    do: { queuePipeline: 'shop/smoke-tests' },
    ...change,
  };
}

/** The parsed rule. */
export function rule(change: Readonly<Record<string, unknown>> = {}): FollowUpRule {
  const read = readFollowUpsInput([written(change)]);
  assert.ok('rules' in read, JSON.stringify(read));
  const [only] = read.rules;
  assert.ok(only);
  return { ...only, name: only.name.replace('input/', '') };
}

/** `when.events.0: not a valid choice. Did you mean …`, one per fault. */
export function faultsIn(value: unknown): readonly string[] {
  const read = readFollowUpsInput(value);
  if ('rules' in read) return [];
  return read.faults.map(({ path, problem, advice }) => `${path.join('.')}: ${problem}. ${advice}`);
}
