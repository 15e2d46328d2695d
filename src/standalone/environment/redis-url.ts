import { UnusableUrlError } from './url-parameters.js';

const TAKES =
  'takes an address such as redis://user:password@127.0.0.1:6379/0, or rediss://… for TLS';

/**
 * Checks an address of Redis; parameters are not understood, and therefore refused.
 *
 * @throws UnusableUrlError whose message does not hold the address, which may carry a password
 * @see https://www.iana.org/assignments/uri-schemes/prov/redis
 */
export function redisUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isRedis(url) || !isDecodable(url)) throw new UnusableUrlError(TAKES);
  return text;
}

function isRedis({ protocol, hostname, pathname, search, hash }: URL): boolean {
  return (
    ['redis:', 'rediss:'].includes(protocol) &&
    hostname !== '' &&
    /^(\/\d{0,4})?$/.test(pathname) &&
    search === '' &&
    hash === ''
  );
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
