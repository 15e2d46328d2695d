import { EnvironmentError, readEnvironment } from '../../src/standalone/environment/environment.js';

export const SECRETS = {
  AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
  AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
};

/** The lines with which the start refuses variables; none where it takes them. */
export function linesOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment({ ...SECRETS, ...variables });
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.lines;
    throw error;
  }
}
