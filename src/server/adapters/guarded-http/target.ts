/** Decides whether a URL may be called, and under which addresses. */
import { isIP } from 'node:net';
import { Problem } from '../../../shared/model/errors.ts';
import { isPublicAddress, type AllowList } from './public-address.ts';

/** An address that a host name leads to. */
export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Every address of a host name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/**
 * Ports of protocols whose servers could be made to do something by an HTTP request.
 *
 * @source Fetch standard, "bad port" (as of 2025)
 */
const badPorts = new Set(
  (
    '0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137 139 143 161 ' +
    '179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 ' +
    '5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'
  )
    .split(' ')
    .map(Number),
);

/** `text` as a URL that may be called as far as can be told without looking up its name. @throws OUTBOUND_FORBIDDEN */
export function parseTarget(text: string, allowed: AllowList): URL {
  const url = URL.parse(text);
  if (url === null || text.length > 2_048) throw forbidden(text, 'is not an address of at most 2048 characters');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw forbidden(text, 'must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') throw forbidden(`${url.origin}${url.pathname}`, 'must not hold a user name or password');
  if (badPorts.has(Number(url.port || -1))) throw forbidden(text, `uses the port ${url.port}, which belongs to another protocol`);
  const ip = literalOf(url);
  if (ip !== null && !mayReach(url, ip, allowed)) throw notPublic(url);
  return url;
}

/**
 * The addresses of `url` that may be called. Connect to one of these and to nothing that is looked up again: the next look-up may
 * answer something else.
 *
 * @throws OUTBOUND_FORBIDDEN when none may be called, OUTBOUND_FAILED when there is none
 */
export async function reachableAddresses(url: URL, allowed: AllowList, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const found = await resolve(url.hostname).catch(() => []);
  if (found.length === 0) throw new Problem('OUTBOUND_FAILED', `The name ${JSON.stringify(url.hostname)} leads to no address.`);
  const reachable = found.filter(({ address }) => mayReach(url, address, allowed));
  if (reachable.length === 0) throw notPublic(url);
  return reachable;
}

function mayReach(url: URL, ip: string, allowed: AllowList): boolean {
  return isPublicAddress(ip) || allowed.hasAddress(ip) || allowed.hasHost(url.hostname.replace(/^\[|\]$/g, ''));
}

/** The IP address that stands in the URL, or null. The parser has already read octal, hexadecimal and short spellings. */
function literalOf(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}

/** Says nothing of where the name leads: that would be a map of our network. */
function notPublic(url: URL): Problem {
  return forbidden(url.origin, 'does not lead to the public internet; whoever runs this server can allow it with OUTBOUND_ALLOW');
}

function forbidden(shown: string, why: string): Problem {
  return new Problem('OUTBOUND_FORBIDDEN', `The address ${JSON.stringify(shown.slice(0, 200))} ${why}.`);
}
