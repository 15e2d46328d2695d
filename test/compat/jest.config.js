import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import main from '../../jest.config.js';

const { resolve } = createRequire(import.meta.url);
const [[pattern, [, swc]]] = Object.entries(main.transform);

/** @type {import('jest').Config} */
export default {
  ...main,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['host', 'guest', 'contract', 'compat'].map((folder) => `<rootDir>/test/${folder}`),
  testPathIgnorePatterns: ['/node_modules/'],
  testEnvironment: resolve('jest-environment-node'),
  transform: { [pattern]: [resolve('@swc/jest'), swc] },
  resolver: resolve('./jest.resolver.cjs'),
  moduleNameMapper: {
    '/database-kinds\\.js$': '<rootDir>/test/compat/database-kinds.ts',
    ...main.moduleNameMapper,
  },
};
