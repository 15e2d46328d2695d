module.exports = {
  testEnvironment: './environment.cjs',
  testMatch: ['**/client.spec.cjs'],
  transform: {},
  moduleFileExtensions: ['js', 'cjs', 'json'],
};
