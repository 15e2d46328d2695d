/**
 * Every value that a `Cookie` header has under one name, as it was sent: nothing is decoded, for a token that
 * differs in any byte is another one. A browser sends several when another path or a parent domain has set
 * one of that name as well, and does not say which is whose.
 *
 * @see RFC 6265 section 5.4
 */
export function cookieValues(header: string, name: string): string[] {
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/**
 * Every domain that a cookie which reaches a host can have been set for; `undefined` is the host alone.
 * Those that browsers refuse, public suffixes, do no harm.
 *
 * @param host as in the header `Host`
 * @see RFC 6265 section 5.1.3
 */
export function cookieDomains(host: string): (string | undefined)[] {
  const name = host.replace(/:\d+$/, '');
  if (!/^[a-z\d-]+(\.[a-z\d-]+)*\.[a-z][a-z\d-]*$/i.test(name)) return [undefined];
  const labels = name.split('.');
  const parents = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [undefined, ...parents];
}

/** Every path that a cookie which reaches a path can have been set for. @see RFC 6265 section 5.1.4 */
export function cookiePaths(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return ['/', ...segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)];
}
