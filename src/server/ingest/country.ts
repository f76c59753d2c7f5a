/** The country of a sender: from a trusted proxy's header or an operator's own database, else unknown. Never guessed. */
import { BlockList, isIPv6 } from 'node:net';
import { open, type CountryResponse, type Reader } from 'maxmind';

/** What the operator configured. */
export interface CountryRules {
  /** lower-case name of the header in which a trusted proxy tells the country; null: none does */
  header: string | null;
  /** addresses and networks whose headers are believed */
  trustedProxies: readonly string[];
  /** path of a country database in MaxMind format; null: none */
  mmdbPath: string | null;
}

/** One request, as far as it tells where it comes from. */
export interface Sender {
  /** address at the other end of the socket */
  peerAddress: string;
  /** address of the client as far as trusted proxies vouch for it */
  clientAddress: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Two letters, null when unknown. */
export type CountryLookup = (sender: Sender) => string | null;

const CACHED_ADDRESSES = 10_000;

/** A lookup by `rules`. @throws Error when the database cannot be read */
export async function openCountryLookup(rules: CountryRules): Promise<CountryLookup> {
  const isTrusted = trustIn(rules.trustedProxies);
  const database = rules.mmdbPath === null ? null : await openDatabase(rules.mmdbPath);
  return (sender) => {
    if (rules.header !== null && isTrusted(sender.peerAddress)) {
      const told = maybeCountryCode(sender.headers[rules.header]);
      if (told !== null) return told;
    }
    return database === null ? null : maybeCountryCode(database.get(sender.clientAddress)?.country?.iso_code);
  };
}

async function openDatabase(path: string): Promise<Reader<CountryResponse>> {
  try {
    return await open<CountryResponse>(path, { cache: { max: CACHED_ADDRESSES } });
  } catch (error) {
    throw new Error(`The country database ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** `value` if it is a country. Proxies say XX for unknown and T1 for Tor. */
function maybeCountryCode(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const code = value.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) && code !== 'XX' ? code : null;
}

function trustIn(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
}
