/**
 * The suites and `src` stand outside this folder, so Node would give them the packages of the root. What
 * they import by a bare name comes from here; packages find each other as they always do.
 */
module.exports = (specifier, options) => {
  const isBare = !/^[./]/.test(specifier);
  const isAskedForByPackage = options.basedir.includes('/node_modules/');
  const basedir = isBare && !isAskedForByPackage ? __dirname : options.basedir;
  return options.defaultResolver(specifier, { ...options, basedir });
};
