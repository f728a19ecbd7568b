import type { SharedInputName, InputName } from './definitions.ts';

/** The groups of the forms, in their order. */
export const groups = [
  { name: 'what', label: 'What', isExpanded: true },
  { name: 'sync', label: 'Sync', isExpanded: false, actions: ['sync', 'rollback'] },
  {
    name: 'busy',
    label: 'Busy and blocked',
    isExpanded: false,
    actions: ['sync', 'wait', 'rollback'],
  },
  { name: 'waiting', label: 'Waiting', isExpanded: false },
  { name: 'followUps', label: 'Follow-ups', isExpanded: false, actions: ['sync'] },
  { name: 'report', label: 'Report', isExpanded: false },
] as const;

/** The texts of an input for people: in the forms, the reference, and the API description. */
export interface InputText {
  readonly group: (typeof groups)[number]['name'];
  readonly label: string;
  /** The choices in the order of the form, each with its label. */
  readonly options?: Readonly<Record<string, string>>;
  /** Markdown, a few sentences: what it does, and when to use it. */
  readonly help: string;
  /** The help of tasks without an agent; absent if it is the same. */
  readonly serverHelp?: string;
}

/** One sentence for callers of the API. */
interface ApiText {
  readonly summary: string;
}

type Texts = {
  readonly [K in InputName]: K extends SharedInputName ? InputText & ApiText : InputText;
};

/** The texts of all inputs in `definitions.ts`. */
export const inputTexts: Texts = {
  action: {
    group: 'what',
    label: 'Action',
    options: { sync: 'Sync', wait: 'Wait', rollback: 'Roll back', terminate: 'Terminate' },
    help: '**Sync** starts a sync and follows it to its end. **Wait** starts nothing and follows what auto-sync, another pipeline or a person does: use it when Argo CD syncs by itself. **Roll back** returns to an earlier deployment. **Terminate** stops the operation that is running.',
    summary: 'sync (default), wait, rollback or terminate.',
  },
  applications: {
    group: 'what',
    label: 'Applications',
    help: 'One or more applications, separated by commas, semicolons, spaces or line breaks. Write `name`, or `namespace/name` for an application outside the namespace of Argo CD itself. Pick them from the list or type them; a variable such as `$(application)` works too. Fill in either this or the label selector.',
    serverHelp:
      'One or more applications, separated by commas, semicolons, spaces or line breaks. Write `name`, or `namespace/name` for an application outside the namespace of Argo CD itself. A variable such as `$(application)` works too. Fill in either this or the label selector.',
    summary:
      'Names, as name or namespace/name, separated by commas, semicolons, spaces or line breaks.',
  },
  selector: {
    group: 'what',
    label: 'Label selector',
    help: 'Selects all applications with these labels, for example `team=shop,tier!=edge`. Use it when applications come and go, as with an ApplicationSet. A selector that matches nothing is an error.',
    summary: 'A label selector instead of names.',
  },
  expectedCount: {
    group: 'what',
    label: 'Expected count',
    help: 'How many applications the label selector must match. The step waits until it matches exactly this many, up to the timeout. Use it when an ApplicationSet is still generating applications. Empty takes whatever matches when the step starts.',
    summary: 'How many applications the selector must match; the run waits for them.',
  },
  project: {
    group: 'what',
    label: 'Argo CD project',
    help: "The AppProject of the applications. Set it whenever you can: without it, Argo CD answers a misspelled application name with 'permission denied' instead of 'not found'.",
    summary: 'The AppProject of the applications.',
  },
  revision: {
    group: 'what',
    label: 'Revision',
    help: 'The commit, tag or branch (also `refs/heads/main`), chart version or range, or OCI tag or digest to sync to. Use the commit that your pipeline has just pushed, so that the step verifies the deployment of exactly that commit. Empty means what the application tracks. With Wait: the revision that must be deployed. With the source hydrator: the dry commit; the step waits for its hydration and deploys the result.',
    summary: 'The revision to sync to, or that must be live. Empty: what the application tracks.',
  },
  revisions: {
    group: 'what',
    label: 'Revisions by source',
    help: 'For applications with several sources: one `position=revision` per line, where the first source is `1`, for example `2=4f1c0de`. Do not combine it with Revision.',
    summary: 'For several sources: lines of position=revision.',
  },
  rollbackTo: {
    group: 'what',
    label: 'Roll back to',
    help: '`previous` is the last deployment that differs from what is live. Otherwise specify a history ID, such as `12`, or a revision that was deployed before. A rollback runs no hooks, and Argo CD refuses it while automated sync is on: then revert the commit instead.',
    summary: 'previous (default), a history ID, or a revision.',
  },
  prune: {
    group: 'sync',
    label: 'Prune',
    help: 'Delete resources that are no longer in Git. If it is off, they remain, the application stays OutOfSync, and the step ends with a warning.',
    summary: 'Delete resources that are no longer in Git.',
  },
  pruneLast: {
    group: 'sync',
    label: 'Prune last',
    help: 'Delete resources only after everything else is synced and healthy, as the sync option `PruneLast=true` does. Use it when new resources must take over before the old ones are deleted. It requires Prune. If it is off, the setting of the application applies.',
    summary: 'Delete resources only after everything else is synced.',
  },
  dryRun: {
    group: 'sync',
    label: 'Dry run',
    help: 'Let Argo CD check the manifests against the cluster without changing anything. Use it to test a change before it is deployed; hooks do not run.',
    summary: 'Check, and change nothing.',
  },
  force: {
    group: 'sync',
    label: 'Force',
    help: 'Delete and recreate resources that cannot be changed in place. This interrupts them: use it only when a sync fails because of an immutable field.',
    summary: 'Delete and recreate what cannot be changed in place.',
  },
  strategy: {
    group: 'sync',
    label: 'Strategy',
    options: { hook: 'With hooks', apply: 'Without hooks' },
    help: '**With hooks** is the default of Argo CD. **Without hooks** only applies the manifests: no PreSync migration and no PostSync test runs, so use it only for repairs.',
    summary: 'hook (default) or apply, which runs no hooks.',
  },
  resources: {
    group: 'sync',
    label: 'Resources',
    help: 'Sync only these: one `[group:]Kind:[namespace/]name` per line, for example `apps:Deployment:web` or `ConfigMap:*`; `*` matches any text (at most 8 in a line, and 100 lines with one). Empty syncs everything, which is usually right: a partial sync runs no hooks and leaves no history entry.',
    summary: 'Sync only these: lines of [group:]Kind:[namespace/]name.',
  },
  syncOptions: {
    group: 'sync',
    label: 'Sync options',
    help: 'Sync options for this sync, one `Key=value` per line, for example `ServerSideApply=true`. They are added to those of the application; if both set the same key, this one wins.',
    summary: 'Lines of Key=value, added to those of the application.',
  },
  retryLimit: {
    group: 'sync',
    label: 'Retries',
    help: 'How often Argo CD retries a failed sync. Use it when a resource depends on another one that takes a moment to become ready. Empty keeps the setting of the application; `0` means never.',
    summary: 'How often Argo CD retries a failed sync.',
  },
  retryBackoff: {
    group: 'sync',
    label: 'Retry backoff',
    help: 'The time between retries as `duration[,factor[,max]]`, for example `5s,2,3m`: 5 seconds, then twice as long each time, 3 minutes at most. It requires Retries; empty keeps the setting of the application.',
    summary: 'duration[,factor[,max]], such as 5s,2,3m.',
  },
  info: {
    group: 'sync',
    label: 'Additional information',
    help: 'Lines of `name=value` that Argo CD shows with the operation, for example `Ticket=SHOP-123`. Use it to show people in Argo CD where the sync comes from; the run itself is always recorded there.',
    summary: 'Lines of name=value that Argo CD shows with the operation.',
  },
  whenBusy: {
    group: 'busy',
    label: 'When another operation is running',
    options: {
      wait: 'Wait for it, then start',
      join: 'Follow it if it deploys the same revision',
      terminate: 'Terminate it, then start',
      fail: 'Fail',
    },
    help: '**Wait** is right for most pipelines. **Follow it** saves a second sync when auto-sync or another run deploys the same revision; any other operation is waited for. **Terminate** interrupts the other one, including its hooks. **Fail** leaves the choice to a person.',
    summary: 'wait (default), join, terminate or fail.',
  },
  whenWindowClosed: {
    group: 'busy',
    label: 'When a sync window forbids it',
    options: { fail: 'Fail and say when it opens', wait: 'Wait until it opens' },
    help: '**Wait** occupies the agent until the window opens or the timeout expires: use it when windows are short, and set the timeout to match.',
    serverHelp:
      '**Wait** occupies no agent, but the run stays open until the window opens or the timeout expires: set this timeout and that of the job to match.',
    summary: 'fail (default) or wait.',
  },
  whenSuperseded: {
    group: 'busy',
    label: 'When another operation replaces ours',
    options: {
      fail: 'Fail',
      succeedIfIncluded: 'Succeed if our revision was deployed',
      follow: 'Follow the one that replaced it',
    },
    help: 'Another run, auto-sync or a person may start an operation before ours is seen to end, or deploy another revision while its health is awaited. **Succeed if our revision was deployed** looks for proof in the history of the application. **Follow** suits busy repositories, where a later commit contains ours.',
    summary: 'fail (default), succeedIfIncluded or follow.',
  },
  ifMissing: {
    group: 'busy',
    label: 'When the application does not exist',
    options: { fail: 'Fail', wait: 'Wait for it to appear' },
    help: '**Wait** when an ApplicationSet or a parent application is about to create it, for example for a preview environment.',
    summary: 'fail (default) or wait.',
  },
  waitFor: {
    group: 'waiting',
    label: 'Wait for',
    options: {
      health: 'The sync to end and the application to be healthy',
      operation: 'The sync to end',
      none: 'Nothing',
    },
    help: '**Healthy** counts only when Argo CD has looked at the application after the sync. **The sync to end** includes hooks, but not what happens to the workloads later. **Nothing** ends the step as soon as Argo CD has accepted the sync: a failure is then not seen here.',
    summary: 'health (default), operation or none.',
  },
  acceptSuspended: {
    group: 'waiting',
    label: 'A paused rollout counts as done',
    help: 'Turn it on when a rollout pauses for a later approval outside this step. If it is off, the step waits for a paused (Suspended) application.',
    summary: 'A paused rollout counts as healthy.',
  },
  includeChildren: {
    group: 'waiting',
    label: 'Include child applications',
    help: 'For an app of apps: the applications that this one manages must become synced and healthy too. They are followed, not synced: they need automated sync.',
    summary: 'Child applications must become synced and healthy too.',
  },
  expectImages: {
    group: 'waiting',
    label: 'Expected images',
    help: 'Container images, one per line, that must run before the application counts as done, for example `registry.example.com/shop/web:$(Build.BuildId)`. Use it with an image updater, or to be sure that your build is live.',
    summary: 'Images that must run, one per line.',
  },
  stableSeconds: {
    group: 'waiting',
    label: 'Stable for (seconds)',
    help: 'How long the application must stay healthy before the step succeeds. Use it for workloads that start well and crash a little later.',
    summary: 'How many seconds the application must stay healthy.',
  },
  timeoutSeconds: {
    group: 'waiting',
    label: 'Timeout (seconds)',
    help: 'One deadline for everything the step does: waiting for a busy application, the sync, its hooks and the health. Make it longer than your slowest hooks and rollouts together, and shorter than the timeout of the job.',
    serverHelp:
      "One deadline for everything the task does: waiting for a busy application, the sync, its hooks and the health. Make it longer than your slowest hooks and rollouts together, and shorter than the timeout of the job, which is 60 minutes unless the job says otherwise. More than a day is refused, because the run's token may expire earlier.",
    summary:
      "One deadline for everything, 1800 if absent; at most as long as the job's token lasts.",
  },
  onTimeout: {
    group: 'waiting',
    label: 'When the timeout expires',
    options: { leave: 'Leave the sync running', terminate: 'Terminate the sync' },
    help: 'The step fails either way. **Terminate** stops only the operation that this step has started, and leaves the cluster in the state that it has reached.',
    summary: 'leave (default) or terminate.',
  },
  onCancel: {
    group: 'waiting',
    label: 'When the run is canceled',
    options: { leave: 'Leave the sync running', terminate: 'Terminate the sync' },
    help: '**Terminate** stops only the operation that this step has started, and cancels the follow-ups that it waits for. Use it where a half-done sync is better than one that nobody watches.',
    serverHelp:
      '**Terminate** stops only the operation that this step has started, and cancels the follow-ups of its own input that it waits for. Use it where a half-done sync is better than one that nobody watches.',
    summary: 'leave (default) or terminate.',
  },
  followUps: {
    group: 'followUps',
    label: 'Follow-ups',
    help: "Pipelines to queue when something happens to this sync, as YAML: `onSuccess: smoke-tests`, or `onFailure: { pipeline: rollback, parameters: { app: '{{application}}' } }`, or rules as in the configuration of the handler. A pipeline of another project is `project/pipeline`. The job's own token queues them: its build service identity needs **Queue builds** on the pipeline.",
    serverHelp:
      "Pipelines to queue when something happens to this sync, as YAML: `onSuccess: smoke-tests`, or `onFailure: { pipeline: rollback, parameters: { app: '{{application}}' } }`, or rules as in the configuration of the handler. A pipeline of another project is `project/pipeline`. The handler queues them with its own identity, if its rules allow it: they must list the action `queue`.",
    summary: 'YAML: pipelines to queue on events, such as onSuccess: smoke-tests.',
  },
  waitForFollowUps: {
    group: 'followUps',
    label: 'Wait for the follow-ups',
    help: 'The step ends when the follow-ups have ended, and fails when one of them fails or cannot be queued. If it is off, a follow-up that cannot be queued is a warning, and the results of the others are not shown here. The timeout covers both.',
    serverHelp:
      'The task ends when all follow-ups of the sync have ended, including those of the handler configuration and of annotations, and fails when one of them fails or cannot be queued. If it is off, a follow-up that cannot be queued is a warning, and the results of the others are not shown here. The timeout covers both.',
    summary: 'Whether the run waits for its follow-ups and includes their results.',
  },
  hookLogLines: {
    group: 'report',
    label: 'Log lines of failed hooks',
    help: 'How many of the last log lines of each failed hook to show. The token needs the right to read logs. `0` shows none: use it when hooks print what not everyone may read.',
    serverHelp:
      "How many of the last log lines of each failed hook to show. The handler's Argo CD token needs the right to read logs. `0` shows none: use it when hooks print what not everyone may read.",
    summary: 'How many of the last log lines of failed hooks are shown, 50 if absent.',
  },
  publishSummary: {
    group: 'report',
    label: 'Publish a summary',
    help: 'Adds a section to the summary of the run, with applications, phases, resources, times and failures, and attaches the result as JSON. Turn it off if many steps of one run would each add a section.',
  },
};
