/** A deployment with its follow-ups. */
export interface HookScenario {
  readonly name: string;
  readonly shows: string;
  readonly lookFor: string;
  /** The result of the test pipeline. */
  readonly tests: 'succeeded' | 'failed';
  /** An earlier deployment exists, whose tests passed. */
  readonly isSecond?: true;
  readonly expected: {
    readonly result: string;
    readonly outcome: string;
    /** The pipelines that were queued, with their results, in this order. */
    readonly followUps: readonly string[];
    /** Texts that the log must contain. */
    readonly says: readonly string[];
  };
}

/** In the order in which they are shown. */
export const hookScenarios: readonly HookScenario[] = [
  {
    name: 'tested',
    shows: 'A migration, three waves, and a PostSync hook that queues the test pipeline.',
    lookFor: 'the sync ends after its tests; the run of the deployment links to them.',
    tests: 'succeeded',
    expected: {
      result: 'succeeded',
      outcome: 'succeeded',
      followUps: ['smoke-tests succeeded'],
      says: ['Job/migrate', 'Deployment/web', 'Job/smoke-tests', 'shop/smoke-tests'],
    },
  },
  {
    name: 'tests-fail',
    shows: 'The next deployment: everything is healthy, but the tests fail.',
    lookFor: 'the failed tests fail the sync, which queues one rollback to the previous version.',
    tests: 'failed',
    isSecond: true,
    expected: {
      result: 'failed',
      outcome: 'failed',
      followUps: ['smoke-tests failed', 'rollback succeeded'],
      says: ['PostSync hook Job/smoke-tests failed', 'shop/smoke-tests'],
    },
  },
];
