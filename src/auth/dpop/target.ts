import { hostOf } from '../cookie/web-origin.js';
import type { HttpRequest } from '../http-request.js';

/**
 * Whether a proof's `htu` is the URL of a request as its client sees it, query and fragment apart.
 *
 * @param publicUrl where clients find the application; null where the platform knows, through the proxies it trusts
 * @see RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3
 */
export function isTargetOf(request: HttpRequest, htu: string, publicUrl: string | null): boolean {
  const target = targetOf(request, publicUrl);
  if (htu === target) return true;
  const claimed = normalized(htu);
  return claimed !== null && claimed === normalized(target);
}

function targetOf(request: HttpRequest, publicUrl: string | null): string {
  const base = publicUrl ?? `${request.protocol}://${hostOf(request)}`;
  // A target may come in absolute form, from a proxy (RFC 9112 section 3.2.2).
  const path = (request.originalUrl ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
  return base + path;
}

/** @returns null for what is no such URL */
function normalized(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  const { origin, pathname, username, password } = new URL(url);
  if (username !== '' || password !== '') return null;
  return origin + pathname.replaceAll(/%[\da-f]{2}/gi, spelt);
}

/** Unreserved characters stand for themselves, the others in upper case. */
function spelt(encoded: string): string {
  const character = String.fromCodePoint(Number.parseInt(encoded.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
}
