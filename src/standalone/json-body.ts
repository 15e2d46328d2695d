import { type ParsedUrlQuery, parse as parseQuery } from 'node:querystring';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { InvalidRequestError } from '../errors.js';

/** The longest body that is read. */
export const MAX_BODY_BYTES = 16 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The standard endpoints, which take forms. */
const OAUTH = /\/oauth\/(token|revoke|introspect)(\?|$)/;
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** Bodies are JSON in UTF-8 and, but for the standard endpoints, nothing else; none at all is fine where none is needed. */
export function acceptBodies(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const parse = OAUTH.test(request.url) ? parseForm : parseJson;
      done(null, parse(request.headers['content-type'] ?? '', Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : new InvalidRequestError('The body cannot be read'));
    }
  });
}

function parseForm(contentType: string, body: Buffer): ParsedUrlQuery {
  if (!FORM.test(contentType)) {
    throw new InvalidRequestError('The body takes application/x-www-form-urlencoded');
  }
  try {
    return parseQuery(utf8.decode(body));
  } catch {
    throw new InvalidRequestError('The body is not valid UTF-8');
  }
}

function parseJson(contentType: string, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new InvalidRequestError('The body takes JSON, sent as Content-Type: application/json');
  }
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new InvalidRequestError('The body is not valid JSON in UTF-8');
  }
}
