import { isDryRun } from '../sync/model/goal.ts';
import type { Goal } from '../sync/model/goal.ts';
import type { InputSource } from './input-reader.ts';

type Action = Goal['action'];

/** The default of each input that some choice makes meaningless; an empty one has no default. */
const defaults: Readonly<Record<string, string>> = {
  prune: 'false',
  dryRun: 'false',
  force: 'false',
  strategy: 'hook',
  whenBusy: 'wait',
  whenWindowClosed: 'fail',
  whenSuperseded: 'fail',
  waitFor: 'health',
  acceptSuspended: 'false',
  includeChildren: 'false',
  ifMissing: 'fail',
  stableSeconds: '0',
  onTimeout: 'leave',
  onCancel: 'leave',
  rollbackTo: 'previous',
};

const ofSyncOnly = [
  'force',
  'strategy',
  'resources',
  'syncOptions',
  'retryLimit',
  'retryBackoff',
  'info',
];
const ofTarget = ['revision', 'revisions'];
const ofWaiting = [
  'whenSuperseded',
  'waitFor',
  'acceptSuspended',
  'includeChildren',
  'expectImages',
  'ifMissing',
  'stableSeconds',
];
const ofHealth = ['acceptSuspended', 'stableSeconds'];
const ofLiveState = [...ofHealth, 'includeChildren', 'expectImages'];

const idle: Readonly<Record<Action, readonly string[]>> = {
  sync: ['rollbackTo'],
  wait: [
    ...ofSyncOnly,
    'prune',
    'dryRun',
    'whenBusy',
    'whenWindowClosed',
    'onTimeout',
    'onCancel',
    'rollbackTo',
  ],
  rollback: [...ofTarget, ...ofSyncOnly],
  terminate: [
    ...ofTarget,
    ...ofSyncOnly,
    ...ofWaiting,
    'prune',
    'dryRun',
    'whenBusy',
    'whenWindowClosed',
    'onTimeout',
    'onCancel',
    'rollbackTo',
  ],
};

/** One warning per input that was set and that the rest of the request leaves without effect. */
export function warnOfIdleInputs(source: InputSource, goal: Goal): readonly string[] {
  const isSet = (name: string) => {
    const text = (source.input(name) ?? '').trim();
    return text !== '' && text.toLowerCase() !== (defaults[name] ?? '').toLowerCase();
  };
  const warn = (names: readonly string[], where: string) =>
    names.filter(isSet).map((name) => `${name} has no effect with ${where}: leave it out.`);
  const byAction = warn(idle[goal.action], `action "${goal.action}"`);
  if (goal.action === 'terminate') return byAction;
  if (isDryRun(goal)) return [...byAction, ...warn(ofLiveState, 'dryRun, which deploys nothing')];
  if (goal.waitFor === 'none') return [...byAction, ...warn(ofLiveState, 'waitFor "none"')];
  if (goal.waitFor === 'operation') return [...byAction, ...warn(ofHealth, 'waitFor "operation"')];
  return byAction;
}
