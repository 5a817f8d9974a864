import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'
import svelteConfig from './control-plane/svelte.config.js'

const pureRooms = ['protocol', 'crypto', 'mesh', 'scheduler'].map((room) => `${room}/src/**/*.ts`)
/** Reached only through a package's `node` condition or from the agent. */
const nodeOnly = ['crypto/src/native-node.ts', 'mesh/src/agent-node.ts', 'mesh/src/node-parts.ts']
const tests = ['**/*.test.ts', '**/testing/**', 'e2e/**', 'scripts/**']

export default defineConfig(
  { ignores: ['**/dist/', '**/build/', 'artefacts/', '.cache/', '**/vectors/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['control-plane/*.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // The compiler knows every name there is.
      'no-undef': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `return send(message)` in a function that returns nothing reads well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // It does not see what an await or a callback changes meanwhile, such as an aborted signal.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // It takes `Promise.withResolvers<void>()` for a mistake.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Yjs's shared text has no other way to its content.
      '@typescript-eslint/no-base-to-string': [
        'error',
        { ignoredTypeNames: ['Text', 'YText', 'Error', 'RegExp', 'URL', 'URLSearchParams'] },
      ],
      // `async` is how an implementation without waits keeps a port's promise to reject rather than throw.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // The linter sees no types across markup; svelte-check does, and reads the reason after an ignored warning's name.
      ...Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((use) => [
          `@typescript-eslint/no-unsafe-${use}`,
          'off',
        ]),
      ),
      'svelte/no-unused-svelte-ignore': 'off',
    },
  },
  {
    files: pureRooms,
    ignores: [...tests, ...nodeOnly],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['Date.now', 'performance.now', 'Math.random', 'crypto.getRandomValues', 'crypto.randomUUID'].map(
          (name) => ({
            object: name.split('.')[0],
            property: name.split('.')[1],
            message: 'Time and chance enter as arguments (Clock, Rng).',
          }),
        ),
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'setImmediate', 'global', '__dirname'].map((name) => ({
          name,
          message: 'This room runs in browsers too.',
        })),
        ...['setTimeout', 'setInterval'].map((name) => ({ name, message: 'Waiting enters as an argument (Clock).' })),
      ],
    },
  },
  {
    files: tests,
    rules: {
      // Assertions narrow what the compiler cannot see, and a wrong guess fails the test.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
  },
)
