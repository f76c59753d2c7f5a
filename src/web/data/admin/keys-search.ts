/** What stands in the address of the page of keys. */
import { among, oneOf } from '../address.ts';

/** Tabs of the page, in order. */
export const keyTabs = ['keys', 'embedding', 'applications'] as const;
/** One of {@link keyTabs}. */
export type KeyTab = (typeof keyTabs)[number];

/** The address. */
export interface KeysSearch {
  /** undefined: the keys */
  tab?: KeyTab | undefined;
}

/** The search of an address; what makes no sense is left out. */
export function keysSearch(search: Readonly<Record<string, unknown>>): KeysSearch {
  const tab = among(keyTabs, oneOf(search, 'tab'));
  return { tab: tab === 'keys' ? undefined : tab };
}
