/**
 * What the compiler cannot see: promises nobody owns, switches that forget a case, clocks and settings read behind the
 * back of the wiring. Layout is prettier's alone; who may import whom is .dependency-cruiser.js.
 */
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'

const typed = [
  'server/**/*.ts',
  'scripts/**/*.ts',
  'test/**/*.ts',
  'asterisk-config/**/*.ts',
  'sql/**/*.ts',
  'web/**/*.ts',
  'web/**/*.svelte',
]

/** Promises and choices: the rules that need types. */
const typeAwareRules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'in-try-catch'],
  '@typescript-eslint/only-throw-error': 'error',
  // A written `default` counts as having decided; a union without one must name every case.
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
  ],
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
  // The compiler reports unknown names better than this does.
  'no-undef': 'off',
  // What workers and carriers send is stripped of control characters: naming them is the point.
  'no-control-regex': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
}

const clockMessage = 'Take `now` as an argument, or a Clock or monotonicMs of platform/time.'
const noSystemClock = [
  "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "CallExpression[callee.name='Date']",
  "CallExpression[callee.object.name='performance'][callee.property.name='now']",
  "CallExpression[callee.object.name='DateTime'][callee.property.name=/^(now|local|utc)$/][arguments.length=0]",
].map((selector) => ({ selector, message: clockMessage }))
const noEnv = [
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Settings are read once, in server/config.ts.' },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?process$/]',
    message: 'Use the global `process`, so that reading settings elsewhere is noticed.',
  },
]

/** What .dependency-cruiser.js cannot see in a component: its imports of types. */
const contractTypesOnly = {
  regex: 'server/(?!domains/[^/]+/contract\\.ts$)',
  message: 'The console knows the server as types of contract.ts.',
}

export default defineConfig(
  { ignores: ['node_modules/', 'var/', 'web/dist/', '**/*.generated.ts', '.mirror/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...[...svelte.configs.recommended, ...svelte.configs.prettier].map((part) => ({ files: ['web/**'], ...part })),
  { languageOptions: { globals: globals.node }, linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: typed,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] } },
    rules: typeAwareRules,
  },
  {
    files: ['web/**/*.svelte', 'web/**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      'svelte/button-has-type': 'error',
      'svelte/no-at-html-tags': 'error',
      // svelte-check knows which warnings there are; a Date or Map that is never state needs no reactive twin.
      'svelte/no-unused-svelte-ignore': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-useless-mustaches': 'off',
      // There are no stores here, and looking for one in every expression costs seconds.
      'svelte/require-store-reactive-access': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [contractTypesOnly] }],
    },
  },
  {
    files: ['server/**/*.ts', 'web/**/*.ts', 'web/**/*.svelte', 'asterisk-config/**/*.ts'],
    rules: { 'no-console': 'error', 'no-restricted-syntax': ['error', ...noSystemClock, ...noEnv] },
  },
  // The two places that read a clock: the server's, and the browser's.
  { files: ['server/platform/time/**/*.ts', 'web/src/text/time.svelte.ts'], rules: { 'no-restricted-syntax': ['error', ...noEnv] } },
  // Stand-ins for packages that are CommonJS and are required as such.
  { files: ['vendor/**/*.js'], languageOptions: { sourceType: 'commonjs' }, rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['server/config.ts'], rules: { 'no-restricted-syntax': ['error', ...noSystemClock] } },
)
