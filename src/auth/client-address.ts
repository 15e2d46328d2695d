import { BlockList, SocketAddress, isIP } from 'node:net';

/** Under which addresses that nobody could read are counted, all together. */
const UNKNOWN = 'unknown';

/** How many of the eight groups of an IPv6 address name the network of one customer. */
const NETWORK_GROUPS = 4;

/** Where proxies of one's own stand: loopback, private, link-local and carrier-grade NAT networks. */
const NEAR_NETWORKS = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const;

const near = new BlockList();
for (const [network, prefix, family] of NEAR_NETWORKS) near.addSubnet(network, prefix, family);

/**
 * Reads an address as gateways write it: with a port, in brackets or quotes, with a zone, or an IPv4 address
 * that is mapped into IPv6.
 *
 * @returns the address alone, IPv6 in its one canonical spelling; null when the text holds no address
 * @see RFC 5952, RFC 7239 section 6, RFC 4007 section 11
 */
export function clientAddress(written: string): string | null {
  const text = written.trim().replace(/^"(.*)"$/, '$1');
  const host =
    /^\[(.*)\](?::[\w.-]+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):[\w.-]+$/, '$1');
  const address = host.replace(/%.*$/, '');
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : null;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return canonical.replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * Under what a limit counts the attempts from an address: an IPv4 address itself, of an IPv6 address its /64,
 * for that is what one customer gets and can roam in.
 *
 * @param address in any spelling; what cannot be read is counted together
 */
export function limitKeyOf(address: string | null): string {
  const canonical = clientAddress(address ?? '');
  if (canonical === null) return UNKNOWN;
  if (isIP(canonical) === 4) return canonical;
  return `${groupsOf(canonical).slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/** Whether an address belongs to this machine or to a network that is not the internet. */
export function isNear(address: string): boolean {
  return near.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** The groups of a canonical IPv6 address, the zeros that `::` stands for included. */
function groupsOf(address: string): string[] {
  const [head = [], tail = []] = address
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail];
}
