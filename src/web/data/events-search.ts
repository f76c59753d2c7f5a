/** What stands in the address of the page Events: the tab, the search, and what is open. */
import { rejectReasons } from '../../shared/model/event.ts';
import type { RejectReason } from '../../shared/model/event.ts';
import { among, oneOf } from './address.ts';
import { isZone } from './period.ts';

/** The tabs of the page, in order. */
export const eventTabs = ['stream', 'dead-letters', 'ledger'] as const;
/** One of {@link eventTabs}. */
export type EventTab = (typeof eventTabs)[number];

/** The address; undefined members are left out of it. */
export interface EventsSearch {
  /** undefined: the stream */
  tab?: EventTab | undefined;
  /** IANA name of the zone that times are shown in */
  zone: string;
  /** text anywhere in an event */
  q?: string | undefined;
  name?: string | undefined;
  /** user or anonymous id */
  user?: string | undefined;
  source?: string | undefined;
  reason?: RejectReason | undefined;
  /** key of the event or dead letter that is open */
  open?: string | undefined;
}

const reasons = Object.keys(rejectReasons) as RejectReason[];
const keyPattern = /^\d{1,15}-[0-9a-f]{16}$/;

/** The search of an address; what makes no sense is left out. */
export function eventsSearch(search: Readonly<Record<string, unknown>>, fallbackZone: string): EventsSearch {
  const zone = oneOf(search, 'zone');
  const open = oneOf(search, 'open');
  const tab = among(eventTabs, oneOf(search, 'tab'));
  return {
    tab: tab === 'stream' ? undefined : tab,
    zone: zone !== undefined && isZone(zone) ? zone : fallbackZone,
    q: oneOf(search, 'q'),
    name: oneOf(search, 'name'),
    user: oneOf(search, 'user'),
    source: oneOf(search, 'source'),
    reason: among(reasons, oneOf(search, 'reason')),
    open: open !== undefined && keyPattern.test(open) ? open : undefined,
  };
}
