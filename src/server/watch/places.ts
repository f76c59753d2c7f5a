/** Where a person or key was seen, kept in the catalog between starts. */
import { isIP } from 'node:net';

/** A place: a country where one is known, else the network that the address belongs to. */
export interface Place {
  name: string;
  country: string | null;
  firstMs: number;
  lastMs: number;
}

/** Places of one subject by name. */
export type Places = Map<string, Place>;

/** Places of all subjects, by `kind id`. */
export type PlacesBySubject = Map<string, Places>;

/** Networks are what an address is likely to move within: /16 of IPv4, /32 of IPv6. */
export function placeName(address: string, country: string | null): string {
  if (country !== null) return country;
  if (isIP(address) === 4) return `${address.split('.').slice(0, 2).join('.')}.0.0/16`;
  if (isIP(address) === 6) return `${expanded(address).slice(0, 2).join(':')}::/32`;
  return 'unknown';
}

/** Notes that a subject was seen; the place as it was before, or undefined when it is new. */
export function notePlace(places: Places, address: string, country: string | null, atMs: number): Place | undefined {
  const name = placeName(address, country);
  const known = places.get(name);
  places.set(name, known === undefined ? { name, country, firstMs: atMs, lastMs: atMs } : { ...known, lastMs: atMs });
  return known;
}

/** The groups of an IPv6 address, zeros written out. */
function expanded(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}
