import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What the rules of syncing may know: nothing but themselves (docs/architecture.md). */
const purity = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { group: ['node:*'], message: 'src/sync is pure: no platform.' },
        { group: ['../../*'], message: 'src/sync imports only itself; dependencies point inward.' },
      ],
    },
  ],
  'no-restricted-globals': [
    'error',
    ...[
      'fetch',
      'process',
      'console',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'performance',
    ].map((name) => ({ name, message: 'src/sync is pure: pass it in.' })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time is a parameter.' },
    { object: 'Math', property: 'random', message: 'Randomness is a parameter.' },
  ],
};

const entries = ['task', 'handler', 'hook', 'tab'];
const outside = ['inputs', 'report', 'argocd', 'azure', 'follow', 'actions', ...entries];

/** What each room may not know of. */
const outward = {
  async: ['sync', 'text', 'settings', 'follow-ups', ...outside],
  text: ['sync', 'async', 'settings', 'follow-ups', ...outside],
  settings: ['sync', 'async', 'follow-ups', ...outside],
  'follow-ups': ['async', ...outside],
  inputs: ['async', 'report', 'argocd', 'azure', 'follow', 'actions', ...entries],
  report: ['async', 'argocd', 'azure', 'follow', 'actions', ...entries],
  argocd: ['text', 'settings', 'follow-ups', ...outside.filter((room) => room !== 'argocd')],
  azure: ['sync', 'settings', 'follow-ups', ...outside.filter((room) => room !== 'azure')],
  follow: ['settings', 'follow-ups', 'inputs', 'report', 'azure', 'actions', ...entries],
  actions: ['settings', 'inputs', 'report', 'argocd', 'follow', ...entries],
  task: ['handler', 'hook', 'tab', 'azure', 'actions', 'follow-ups'],
  // A bundle of its own, which the other loads where it is needed.
  'task/follow-ups': ['handler', 'hook', 'tab'],
  handler: ['task', 'hook', 'tab'],
  hook: ['task', 'handler', 'tab', 'argocd', 'follow', 'report', 'actions'],
};

/** The same inside the handler. `sqlite` is opened by the store's own factory alone. */
const outwardInHandler = {
  access: ['cli', 'http', 'watch', 'runs', 'store', 'telemetry'],
  config: ['cli', 'http', 'watch', 'runs', 'store', 'access', 'telemetry'],
  'follow-ups': ['cli', 'http', 'watch', 'runs', 'access', 'sqlite'],
  http: ['cli', 'watch', 'runs', 'telemetry', 'sqlite'],
  runs: ['cli', 'http', 'watch', 'config', 'sqlite'],
  secrets: ['cli', 'http', 'watch', 'runs', 'access', 'telemetry', 'sqlite'],
  store: ['cli', 'http', 'watch', 'runs', 'access', 'config', 'telemetry'],
  telemetry: ['cli', 'http', 'watch', 'runs', 'access', 'config', 'sqlite'],
  watch: ['cli', 'http', 'runs', 'access', 'sqlite'],
};

/** From the outside in: a room of the runs knows those after it. */
const runRooms = ['intake', 'scheduler', 'execution', 'outbox', 'verification', 'record'];

/** A noun may mention one that is made of it, in its type; values go one way. */
const syncRooms = {
  model: ['plan', 'windows', 'rules', 'gate', 'events'],
  plan: ['windows', 'rules', 'gate', 'events'],
  windows: ['plan', 'rules', 'gate', 'events'],
  rules: ['gate', 'events'],
  gate: ['events'],
};

const inward = (groups) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: groups.map((group) => ({
        group: [`**/${group}/**`, '!**/azure/http/**'],
        message: 'Dependencies point inward: entries, adapters, follow, sync.',
      })),
    },
  ],
});

const valuesInward = (groups) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: groups.map((group) => ({
        group: [`../${group}/*`],
        allowTypeImports: true,
        message: 'Inside src/sync values go inward: gate, rules, plan and windows, model.',
      })),
    },
  ],
});

/** Whoever searches a log finds a record by its message: what varies is in the fields. */
const constantLogMessages = {
  'no-restricted-syntax': [
    'error',
    {
      selector:
        'CallExpression[callee.property.name=/^(trace|debug|info|warn|error|fatal)$/] > :last-child.arguments:not(Literal)',
      message: 'The message of a log record is constant: put what varies into fields.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'out', 'tasks', 'test/fixtures'] },
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } },
    },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/only-throw-error': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  { files: ['src/sync/**'], rules: purity },
  ...Object.entries(outward).map(([room, rooms]) => ({
    files: [`src/${room}/**`],
    rules: inward(rooms),
  })),
  ...Object.entries(outwardInHandler).map(([room, rooms]) => ({
    files: [`src/handler/${room}/**`],
    rules: inward([...outward.handler, ...rooms]),
  })),
  ...runRooms.map((room, index) => ({
    files: [`src/handler/runs/${room}/**`],
    rules: inward([...outward.handler, ...outwardInHandler.runs, ...runRooms.slice(0, index)]),
  })),
  ...Object.entries(syncRooms).map(([room, rooms]) => ({
    files: [`src/sync/${room}/**`],
    rules: valuesInward(rooms),
  })),
  { files: ['src/handler/**'], rules: constantLogMessages },
  { files: ['simulators/**'], rules: inward(['src', 'test']) },
  {
    files: ['test/**', 'simulators/**'],
    rules: { 'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.test.ts'],
    // These are about clocks and turns themselves; none has an upper bound.
    ignores: ['test/**/clock.test.ts', 'test/**/yield-to-event-loop.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'performance',
          property: 'now',
          message:
            'No test depends on the speed of the machine: count steps, or wait for a condition.',
        },
      ],
    },
  },
  { files: ['scripts/**', 'simulators/**', 'test/**', '*.js'], rules: { 'no-console': 'off' } },
  { files: ['eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
