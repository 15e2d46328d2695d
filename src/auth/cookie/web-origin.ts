import type { HttpRequest } from '../http-request.js';

/**
 * What an app in a web view calls its origin: `capacitor://localhost`, `tauri://localhost`, `ionic://localhost`.
 * A file has none; it says `null`, which is foreign.
 */
const APP_ORIGIN = /^(?!https?:|file:)[a-z][a-z\d+.-]*:\/\/[\w.-]+(:\d+)?$/;

/** Whether a text is an origin, written as browsers write it. @see RFC 6454 section 6.2 */
export function isWebOrigin(text: string): boolean {
  if (APP_ORIGIN.test(text)) return true;
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Whether an origin is an app's own scheme: of another site than any server. */
export function isAppOrigin(origin: string): boolean {
  return APP_ORIGIN.test(origin);
}

/** Host and port that a request was sent to: `Host`, `:authority` in HTTP/2, or what a trusted proxy says. */
export function hostOf({ host, headers }: HttpRequest): string {
  return (host ?? headers['host'] ?? headers[':authority'])?.toString() ?? '';
}

/**
 * Whether a request comes from no page at all, for then it has no `Origin`, or from a page of the server's own
 * origin or a listed one. The own one is the scheme, host and port that the request was sent to.
 */
export function isFromHere(request: HttpRequest, listed: readonly string[]): boolean {
  const origin = request.headers['origin']?.toString();
  if (origin === undefined || listed.includes(origin)) return true;
  const own = `${request.protocol}://${hostOf(request)}`;
  return URL.canParse(own) && new URL(own).origin === origin && origin !== 'null';
}
