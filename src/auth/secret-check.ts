import { Logger } from '@nestjs/common';
import { TAKES_RANDOM, isGuessable } from '../keys/secret-strength.js';

/**
 * Refuses secrets in production that somebody made up, the previous ones as well, for whatever verifies can be forged.
 * Elsewhere it warns of them, and leaves tests in peace.
 *
 * @param secrets by the options that have them
 * @param refusal makes the error that says what an option takes
 */
export function assertRandom(
  secrets: Readonly<Record<string, readonly string[]>>,
  refusal: (option: string, takes: string) => Error,
): void {
  const mode = process.env['NODE_ENV'];
  if (mode === 'test') return;
  const weak = Object.keys(secrets).filter((option) => secrets[option]?.some(isGuessable));
  const [first] = weak;
  if (first === undefined) return;
  if (mode === 'production') throw refusal(first, TAKES_RANDOM);
  new Logger('AuthModule').warn(
    `Somebody made up a secret of ${weak.join(', ')}: with NODE_ENV=production it is refused (openssl rand -base64 32)`,
  );
}
