import * as v from 'valibot';
import { InvalidRequestError } from '../errors.js';

/** The body of a refresh, and of a logout with a refresh token. */
export const refreshSchema = v.object({
  refresh_token: v.nullish(v.string('takes a string')),
});

/** Which page of the sessions. How many a page may have, the service says. */
export const sessionPageSchema = v.object({
  limit: v.optional(
    v.pipe(
      v.string('takes a whole number'),
      v.regex(/^\d{1,9}$/, 'takes a whole number'),
      v.transform(Number),
    ),
  ),
  cursor: v.optional(v.string('takes the next_cursor of an earlier page')),
});

/**
 * Reads a request's body. It is typed `unknown` up to here, so that a host's global `ValidationPipe`
 * has nothing to say about it, and every application answers alike.
 *
 * @throws InvalidRequestError with a sentence that names the field
 */
export function parseBody<Output>(schema: v.GenericSchema<unknown, Output>, body: unknown): Output {
  // To valibot a list is an object as well.
  const parsed = v.safeParse(schema, Array.isArray(body) ? null : body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue);
  throw new InvalidRequestError(
    field === null ? 'The body takes a JSON object' : `${field} ${issue.message}`,
  );
}

/** Reads what stands behind the path's question mark, as {@link parseBody} does a body. */
export function parseQuery<Output>(
  schema: v.GenericSchema<unknown, Output>,
  query: unknown = {},
): Output {
  return parseBody(schema, query);
}

/** The refresh token in a body, or null when there is none: no body, no such field, null or empty. */
export function refreshTokenIn(body: unknown = {}): string | null {
  return parseBody(refreshSchema, body).refresh_token || null;
}
