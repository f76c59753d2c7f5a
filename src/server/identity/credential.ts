/** Credentials that were found good, and what has to hold each time they are used: time, address, page. */
import { BlockList, isIP } from 'node:net';
import type { Principal } from './principal.ts';

/** Where a call comes from. */
export interface CallSource {
  /** the `Origin` header; null: none was sent */
  origin: string | null;
  /** the address of the caller, as far as it is known */
  address: string | null;
}

/** A call from nowhere: allowed where a credential says nothing of places. */
export const unknownSource: CallSource = { origin: null, address: null };

/** Who credentials stand for, and when and from where they do; the principal says when they end. */
export interface Credential {
  principal: Principal;
  /** epoch ms */
  fromMs: number;
  /** pages that may use them; none: any, and programs */
  origins: readonly string[];
  /** null: from anywhere */
  addresses: AddressList | null;
}

/** A set of networks. */
export interface AddressList {
  has(address: string): boolean;
}

/** Whether `credential` may be used now, from there. */
export function isUsable({ principal, fromMs, origins, addresses }: Credential, source: CallSource, nowMs: number): boolean {
  if (nowMs < fromMs || nowMs >= (principal.expiresMs ?? Infinity)) return false;
  if (origins.length > 0 && (source.origin === null || !origins.includes(source.origin))) return false;
  return addresses === null || (source.address !== null && addresses.has(source.address));
}

/** The networks of `texts`: addresses, or CIDR notation. An IPv4 address that is written as IPv6 counts as what it is. */
export function addressList(texts: readonly string[]): AddressList {
  const list = new BlockList();
  for (const text of texts) {
    const [network = '', bits] = text.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return {
    has: (address) => {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}
