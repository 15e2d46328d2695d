/**
 * Which changes of the code no test notices: `npm run mutate`, and what it has found is in docs/mutation.md.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['src/{sessions,tokens,auth}/**/*.ts', '!src/**/*.spec.ts', '!src/**/*.d.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.js' },
  // Jest tells Stryker of single tests in CommonJS only; here a mutant is met by the specs that import its file.
  coverageAnalysis: 'off',
  // Words for people; what they have to say the contract's tests know.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'coverage', 'data', 'bench', 'docs', 'reports'],
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  concurrency: 1,
  timeoutMS: 20_000,
};
