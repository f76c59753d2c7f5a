/** Tells the addresses of the public internet from those that lead into somebody's own network. */
import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * What is not for everybody, or not for one receiver.
 *
 * @source IANA IPv4 Special-Purpose Address Registry, RFC 5735, 5736, 6598, 6890
 */
const specialIpv4 = blockList('ipv4', [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; 100.100.100.200 answers for cloud metadata
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a public number under which Azure's hosts answer their own guests
  ['169.254.0.0', 16], // link-local; 169.254.169.254 answers for cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; 192.0.0.192 answers for cloud metadata
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]);

/**
 * Parts of 2000::/3 that are not for everybody. Whatever is outside 2000::/3 is refused as a whole, among it `::1`, `fc00::/7`
 * (unique local), `fe80::/10` (link-local), `fec0::/10` (site-local), `ff00::/8` (multicast), `100::/64` (discard), `5f00::/16`.
 *
 * @source IANA IPv6 Special-Purpose Address Registry, RFC 4291, 6890, 9637
 */
const specialIpv6 = blockList('ipv6', [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['3fff::', 20], // documentation
]);
const globalIpv6 = blockList('ipv6', [['2000::', 3]]);

/** Networks within IPv6 that carry an IPv4 address, with the place of its first group of 16 bits. */
const carriers: readonly { network: BlockList; group: number }[] = [
  { network: blockList('ipv6', [['::ffff:0:0', 96]]), group: 6 }, // mapped
  { network: blockList('ipv6', [['64:ff9b::', 96]]), group: 6 }, // NAT64
  { network: blockList('ipv6', [['2002::', 16]]), group: 1 }, // 6to4
];

/** Whether `ip` (an IPv4 or IPv6 address as text, not a host name) is one of the public internet. */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !specialIpv4.check(ip, 'ipv4');
  // A zone (`fe80::1%eth0`) makes sense on this machine's links alone.
  if (isIP(ip) !== 6 || ip.includes('%')) return false;
  const groups = groupsOf(ip);
  const plain = groups.map((group) => group.toString(16)).join(':');
  for (const { network, group } of carriers) {
    if (network.check(plain, 'ipv6')) return isPublicAddress(dotted(groups[group]!, groups[group + 1]!));
  }
  return globalIpv6.check(plain, 'ipv6') && !specialIpv6.check(plain, 'ipv6');
}

/** Hosts and networks that may be reached though they are not public. */
export interface AllowList {
  /** everything under this name, whatever it leads to */
  hasHost(hostname: string): boolean;
  hasAddress(ip: string): boolean;
}

/** The list that `entries` (host names, addresses, networks such as `10.1.0.0/16`) make. */
export function allowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of entries) {
    const [host = '', bits] = entry.split('/');
    const family = isIP(host);
    if (family === 0) hosts.add(entry.toLowerCase());
    else networks.addSubnet(host, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    hasHost: (hostname) => hosts.has(hostname.toLowerCase().replace(/\.$/, '')),
    hasAddress: (ip) => !ip.includes('%') && networks.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6'),
  };
}

function blockList(family: 'ipv4' | 'ipv6', networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, family);
  return list;
}

/** The eight groups of 16 bits of a valid IPv6 address. */
function groupsOf(ip: string): number[] {
  const ended = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) => {
    return `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`;
  });
  const [head = '', tail] = ended.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return groups(head);
  const before = groups(head);
  const after = groups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
