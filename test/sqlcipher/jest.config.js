import root from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...root,
  rootDir: '../..',
  roots: ['<rootDir>/test/sqlcipher'],
  testPathIgnorePatterns: ['/node_modules/'],
};
