import type { ServerResponse } from 'node:http';
import { hasMethods } from './has-methods.js';

type RawResponse = Pick<ServerResponse, 'removeHeader' | 'writeHead'>;

/** Responses that are looked after already. */
const seen = new WeakSet<object>();

/**
 * Takes headers back where an answer turns out to be no error: a guard of the application's own that asks ours may let
 * in whom ours refused. Only then is it known, when the head is written.
 *
 * @param response of Express or Fastify; of anything else nothing is taken back
 */
export function keepOnErrorsOnly(response: unknown, names: readonly string[]): void {
  const raw = rawOf(response);
  if (raw === null || seen.has(raw)) return;
  seen.add(raw);
  const { writeHead } = raw;
  raw.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    if (status < 400) for (const name of names) remove(raw, rest, name.toLowerCase());
    return Reflect.apply(writeHead, raw, [status, ...rest]);
  };
}

/** Express has the header on the response, Fastify gives it to `writeHead`. */
function remove(raw: RawResponse, given: readonly unknown[], name: string): void {
  raw.removeHeader(name);
  for (const headers of given) {
    if (typeof headers === 'object' && headers !== null) Reflect.deleteProperty(headers, name);
  }
}

/** What Node writes; a reply of Fastify has it as `raw`. */
function rawOf(response: unknown): RawResponse | null {
  if (isRaw(response)) return response;
  const raw: unknown = Object(response).raw;
  return isRaw(raw) ? raw : null;
}

const isRaw = (value: unknown): value is RawResponse =>
  hasMethods(value, 'writeHead', 'removeHeader');
