import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id, which is the library's default: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes a password with argon2id; the whole of it counts, whatever bytes it has. */
export function hashPassword(password: string): Promise<string> {
  return hash(Buffer.from(password, 'utf8'), PARAMETERS);
}

/** Whether a password belongs to a hash. */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, Buffer.from(password, 'utf8'));
}
