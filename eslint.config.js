import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What the rules of syncing may know: nothing but themselves (docs/architecture.md). */
const purity = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { group: ['node:*'], message: 'src/sync is pure: no platform.' },
        { group: ['../*'], message: 'src/sync imports only itself; dependencies point inward.' },
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

/** What each room may not know of. */
const outward = {
  text: ['sync', 'inputs', 'report', 'argocd', 'azure', 'follow', ...entries],
  inputs: ['report', 'argocd', 'azure', 'follow', ...entries],
  report: ['argocd', 'azure', 'follow', ...entries],
  argocd: ['text', 'inputs', 'report', 'azure', 'follow', ...entries],
  azure: ['sync', 'inputs', 'report', 'argocd', 'follow', ...entries],
  follow: ['inputs', 'report', 'azure', ...entries],
  task: ['handler', 'hook', 'tab', 'azure'],
  handler: ['task', 'hook', 'tab'],
};

const inward = (groups) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: groups.map((group) => ({
        group: [`**/${group}/**`],
        message: 'Dependencies point inward: entries, adapters, follow, sync.',
      })),
    },
  ],
});

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
  { files: ['test/simulators/**'], rules: inward(['src']) },
  {
    files: ['test/**'],
    rules: { 'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['scripts/**', 'test/**', '*.js'], rules: { 'no-console': 'off' } },
  { files: ['eslint.config.js'], extends: [tseslint.configs.disableTypeChecked] },
);
