import { z } from 'zod';
import { InvalidRequestError } from '../errors.js';
import { plainText, presentedPasswordSchema, usernameSchema } from '../users/credential-rules.js';

const MAX_DEVICE_NAME_CHARACTERS = 128;

/** The body of a login. */
export const loginSchema = z.object({
  username: usernameSchema,
  password: presentedPasswordSchema,
  device_name: plainText(0, MAX_DEVICE_NAME_CHARACTERS).nullish(),
});

/** The body of a refresh, and of a logout with a refresh token. */
export const refreshSchema = z.object({
  refresh_token: z.string({ error: 'takes a string' }).nullish(),
});

/**
 * Reads a request's body. It is typed `unknown` up to here, so that a host's global `ValidationPipe`
 * has nothing to say about it, and every application answers alike.
 *
 * @throws InvalidRequestError with a sentence that names the field
 */
export function parseBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [field] = parsed.error.issues;
  throw new InvalidRequestError(
    field === undefined || field.path.length === 0
      ? 'The body takes a JSON object'
      : `${field.path.join('.')} ${field.message}`,
  );
}

/** The refresh token in a body, or null when there is none: no body, no such field, null or empty. */
export function refreshTokenIn(body: unknown = {}): string | null {
  return parseBody(refreshSchema, body).refresh_token || null;
}
