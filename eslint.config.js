import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.cache/**',
      'coverage/**',
      'data/**',
      'plugin/src/contract/generated/**',
      'control-plane/models/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] } } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Overflows the stack on types that refer to themselves, such as those of fast-check.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Names between quotes are how index signatures are read under noPropertyAccessFromIndexSignature.
      '@typescript-eslint/dot-notation': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a thing has one name.' },
        { selector: 'ExportAllDeclaration[exportKind!="type"]', message: 'Name what a door exports.' },
      ],
    },
  },
  {
    // The walls of the rooms: time, chance and settings come through ports.
    files: ['control-plane/src/**/*.ts'],
    ignores: ['control-plane/src/{config,main,compose,compose-*}.ts', 'control-plane/src/{kernel,adapters,cli}/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock.' },
        { object: 'Math', property: 'random', message: 'Take Randomness.' },
        { object: 'process', property: 'env', message: 'config.ts alone reads the environment.' },
      ],
    },
  },
  {
    // A bound, not an aim: a function that holds a room's state together or describes an answer may be long, one that does all is split.
    files: ['plugin/**/*.ts', 'control-plane/**/*.{ts,tsx}', 'scripts/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['*.config.{js,ts}', '**/vite.config.ts', '**/vitest.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node }, extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
