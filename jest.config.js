/** Unit and pipeline tests stand beside their subject; tests that need a broker, a database or a browser end in `.int-spec.ts`. */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^#libs/(.*)$': '<rootDir>/libs/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.spendline'],
};
export default {
  watchman: false,
  // Jest leaves a core free by default, which on two cores is half of them.
  maxWorkers: '100%',
  // For all tests and hooks alike: it ends what hangs. What waits for something has a limit of its own, and says what for.
  testTimeout: 600_000,
  testSequencer: '<rootDir>/scripts/test-sequencer.js',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/simulation/'],
    },
    {
      ...base,
      displayName: 'int',
      testMatch: ['<rootDir>/{apps,libs,test}/**/*.int-spec.ts'],
      setupFiles: ['<rootDir>/test/fresh-connections.ts'],
    },
    // Puts clock and timers of its own in the place of the process's, so it has a process to itself: scripts/test.js.
    { ...base, displayName: 'simulation', testMatch: ['<rootDir>/test/simulation/**/*.spec.ts'] },
  ],
};
