import { fileURLToPath } from 'node:url';
import main from '../../jest.config.js';

/** Folders, or the beginnings of files. */
const specs = process.env['SPECS']?.split(',') ?? ['src', 'test/contract', 'test/rotation'];

/**
 * The suite as `npm run mutate` uses it: on one database, and these specs only.
 *
 * @type {import('jest').Config}
 */
export default {
  ...main,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  testMatch: specs.map((path) => `<rootDir>/${path}{/**/,}*.spec.ts`),
  moduleNameMapper: {
    '/database-kinds\\.js$': '<rootDir>/test/mutation/database-kinds.ts',
    ...main.moduleNameMapper,
  },
};
