const { transformAsync } = require('@babel/core');

/** What React Native's own does, as far as JavaScript without types needs it. */
module.exports.transform = async ({ src, filename }) => {
  const { ast } = await transformAsync(src, {
    filename,
    ast: true,
    code: false,
    babelrc: false,
    configFile: false,
    presets: [require('@react-native/babel-preset')],
  });
  return { ast };
};
