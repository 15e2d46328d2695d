/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(cluster|compat|sqlcipher|runtimes)/'],
  maxWorkers: 2,
  // Modules that a suite has loaded as ES modules stay in its worker: after two hundred suites, six gigabytes.
  workerIdleMemoryLimit: '1.5GB',
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nestjs-baton$': '<rootDir>/src/index.ts',
    '^nestjs-baton/client$': '<rootDir>/src/client/index.ts',
    '^nestjs-baton/client/(.*)$': '<rootDir>/src/client/$1.ts',
    '^nestjs-baton/openapi$': '<rootDir>/src/openapi/index.ts',
    '^nestjs-baton/telemetry$': '<rootDir>/src/telemetry/index.ts',
    '^nestjs-baton/testing$': '<rootDir>/src/testing/index.ts',
    '^nestjs-baton/migrations$': '<rootDir>/src/migrations/index.ts',
  },
  // Required by CommonJS although it is an ES module: Node can do that, Jest on Node 20 cannot.
  transformIgnorePatterns: ['/node_modules/(?!content-disposition/)'],
  transform: {
    '/node_modules/content-disposition/': ['@swc/jest', { module: { type: 'commonjs' } }],
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  coverageProvider: 'v8',
  // Not files that hold nothing but types, nor the entry, which runs in processes of its own.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.{spec,d}.ts',
    '!src/main.ts',
    '!src/standalone/playground/page/**',
    '!src/wire.ts',
    '!src/users/user-store.ts',
    '!src/client/storage.ts',
  ],
};
