import type { IncomingHttpHeaders } from 'node:http';

/** One parameter of `Forwarded` and what separates it from the one before. @see RFC 7239 section 4 */
const PARAMETER =
  /\s*([,;]?)\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~:-]+))\s*/y;

/** What one proxy says of the request that it sent on, by the names of RFC 7239. */
type Hop = ReadonlyMap<string, string>;

/**
 * Puts what `Forwarded` says where the server reads it: in `X-Forwarded-For`, `-Proto` and `-Host`. Those that
 * came are no longer there, for the proxy that writes `Forwarded` has not written them. A header that is
 * malformed says nothing: whoever opens a quote must not hide what the proxy adds behind it.
 *
 * @param headers of the request; they are changed
 */
export function believeForwarded(headers: IncomingHttpHeaders): void {
  const hops = hopsIn(headers['forwarded'] ?? '');
  const nearest = hops.at(-1);
  const list = hops.map((hop) => hop.get('for')?.replaceAll(/[\s,]/g, '') || 'unknown').join(', ');
  const said = {
    'x-forwarded-for': list,
    'x-forwarded-proto': nearest?.get('proto')?.toLowerCase(),
    'x-forwarded-host': nearest?.get('host'),
  };
  for (const [name, value] of Object.entries(said)) {
    delete headers[name];
    if (value) headers[name] = value;
  }
}

/** The proxies that a header tells of, the nearest last; none when it is malformed. */
function hopsIn(header: string): Hop[] {
  const hops: Map<string, string>[] = [];
  for (const { separator, name, value } of parametersIn(header)) {
    if (hops.length > 0 !== (separator !== '')) return [];
    const hop = separator === ';' ? hops.pop() : undefined;
    hops.push(new Map([...(hop ?? []), [name, value]]));
  }
  return hops;
}

function parametersIn(header: string) {
  const next = new RegExp(PARAMETER);
  const parameters: { separator: string; name: string; value: string }[] = [];
  while (next.lastIndex < header.length) {
    const found = next.exec(header);
    if (found === null) return [];
    const [, separator = '', name = '', quoted, token = ''] = found;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token;
    parameters.push({ separator, name: name.toLowerCase(), value });
  }
  return parameters;
}
