import { EnvironmentError, readEnvironment } from '../../src/standalone/environment/environment.js';
import { SECRETS } from './secrets.js';

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
