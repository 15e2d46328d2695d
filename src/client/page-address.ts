import type { Baton } from './baton.js';

/** Where relative addresses start from, in a page or a worker. */
interface Scope {
  readonly document?: { readonly baseURI?: string };
  readonly location?: { readonly href?: string };
}

/**
 * Whether a request that another library sends to this address carries the access token. To it a relative address is of
 * the page, as it is to the global `fetch`, and not of the client's `baseUrl`.
 */
export function isTrustedFromPage(baton: Pick<Baton, 'isTrusted'>, address: string | URL): boolean {
  try {
    return baton.isTrusted(fromPage(address));
  } catch {
    // No address, so nothing will be sent; or no page that it could be of.
    return false;
  }
}

/** @throws TypeError where it is relative and there is no page */
export function fromPage(address: string | URL): URL {
  const { document, location }: Scope = Object(globalThis);
  return new URL(address, document?.baseURI ?? location?.href);
}
