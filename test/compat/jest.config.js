import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import main from '../../jest.config.js';

const { resolve } = createRequire(import.meta.url);
const transforms = Object.entries(main.transform);

/** @type {import('jest').Config} */
export default {
  ...main,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['host', 'guest', 'contract', 'compat'].map((folder) => `<rootDir>/test/${folder}`),
  // The example brings the driver that TypeORM 1 has; what it does is in the other suites.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/guest/example.spec.ts'],
  testEnvironment: resolve('jest-environment-node'),
  transform: Object.fromEntries(
    transforms.map(([pattern, [name, options]]) => [pattern, [resolve(name), options]]),
  ),
  resolver: resolve('./jest.resolver.cjs'),
  moduleNameMapper: {
    '/database-kinds\\.js$': '<rootDir>/test/compat/database-kinds.ts',
    ...main.moduleNameMapper,
  },
};
