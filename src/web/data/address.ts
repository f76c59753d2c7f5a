/** The part of an address after "?": written so that people can read it, parsed so that nothing in it can break a page. */

/** Search parameters by name; a name given twice has a list. */
export type Search = Record<string, string | string[]>;

/** The parameters in `text`, with or without its leading "?". */
export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return search;
}

/** Characters that a query may hold as they are (RFC 3986) and that read better so. */
const readable: Readonly<Record<string, string>> = { '%3A': ':', '%2F': '/', '%2C': ',', '%7C': '|', '%40': '@', '%20': '+' };

function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:3A|2F|2C|7C|40|20)/g, (code) => readable[code] ?? code);
}

/** `search` as text with its leading "?", or '' when it is empty. Undefined and empty members are left out. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(search)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) if (one !== undefined && one !== null && one !== '') parts.push(`${encode(name)}=${encode(String(one))}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** The one value of `name`, the first where it was given twice; undefined where it is missing. */
export function oneOf(search: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = search[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : typeof first === 'number' ? String(first) : undefined;
}

/** All values of `name`. */
export function allOf(search: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = search[name];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

/** `value` if it is one of `allowed`, else undefined. */
export function among<T extends string>(allowed: readonly T[], value: string | undefined): T | undefined {
  return allowed.find((one) => one === value);
}
