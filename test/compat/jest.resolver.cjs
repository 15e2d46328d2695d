const path = require('node:path');

const PACKAGES_OF_THE_ROOT = path.resolve(__dirname, '../../node_modules') + path.sep;

/**
 * The suites and `src` stand outside this folder, so Node would give them the packages of the root. What
 * they import by a bare name comes from here instead. Packages find each other as they always do, except
 * that none of the root's, which lie further up on the way, is ever taken.
 */
module.exports = (specifier, options) => {
  const isBare = !/^[./]/.test(specifier);
  const isAskedForByPackage = options.basedir.includes(`${path.sep}node_modules${path.sep}`);
  const basedir = isBare && !isAskedForByPackage ? __dirname : options.basedir;
  const found = options.defaultResolver(specifier, { ...options, basedir });
  if (!found.startsWith(PACKAGES_OF_THE_ROOT)) return found;
  const error = new Error(`Cannot find module '${specifier}': only the root has it`);
  throw Object.assign(error, { code: 'MODULE_NOT_FOUND' });
};
