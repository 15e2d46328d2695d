import type { BatonOptions } from './baton-options.js';
import { resolved } from './replayable-request.js';

/**
 * Where requests go. Worked out when it is asked for: at a module's scope on a server there is no page that a relative
 * address could start from. @throws TypeError, each, where it is asked for all the same
 */
export interface Addresses {
  /** What relative addresses are appended to; with a slash at its end. */
  readonly base: () => string;
  /** Of the server's routes, with a slash at its end. */
  readonly routes: () => string;
  /** Whether requests to this address carry the access token. */
  readonly isTrusted: (address: string | URL) => boolean;
}

export function addressesOf({ baseUrl, routePrefix = '/auth', origins }: BatonOptions): Addresses {
  let known: string | undefined;
  const base = () =>
    (known ??= new URL(baseUrl.replace(/\/*$/, '/'), Object(globalThis).location?.href).href);
  return {
    base,
    routes: () => resolved(`${routePrefix}/`, base()).href,
    isTrusted(address) {
      const origin = originOf(resolved(address, base()));
      return (origins ?? [base()]).some((url) => originOf(new URL(url)) === origin);
    },
  };
}

/** Not the `origin` itself: that of every address with a scheme of an application's own is `null`. */
const originOf = ({ protocol, host }: URL) => protocol + host;
