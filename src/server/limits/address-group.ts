/** Who shares an address: one IPv4 address, or one IPv6 network of 64 bits, which one household or machine has to itself. */

/** The first half of an address as Node writes it, where that half has no gap. */
const plainHalf = /^(?:(?:0|[1-9a-f][0-9a-f]{0,3}):){4}(?=[0-9a-f])/;

/** A short text that is the same for all addresses of one caller. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  const half = plainHalf.exec(address)?.[0];
  if (half !== undefined) return `${half}:/64`;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
