/** With which the servers of the tests sign. */
export const SECRETS = {
  AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
  AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
};
