import root from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...root,
  rootDir: '../..',
  roots: ['<rootDir>/test/runtimes'],
  testPathIgnorePatterns: ['/node_modules/'],
};
