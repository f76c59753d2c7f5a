/** Adds what the server knows about the sender of a call to the properties of its events. */
import type { Json } from '../../../shared/model/event.ts';

/** Properties that every event of a call is given; null when nothing is known. */
export type Enrichment = Readonly<Record<string, Json>> | null;

/** What is known of a sender in `country` (two letters, null when unknown). */
export function enrichmentOf(country: string | null): Enrichment {
  return country === null ? null : { $country: country };
}

/**
 * Puts `enrichment` into `properties`. What the sender says itself wins, and `$geoip_disable` switches it off: a
 * backend that forwards the events of others is not where they are.
 */
export function enrich(properties: Record<string, Json>, enrichment: Enrichment): void {
  if (enrichment === null || properties['$geoip_disable'] === true) return;
  for (const key in enrichment) {
    if (!Object.hasOwn(properties, key)) properties[key] = enrichment[key] ?? null;
  }
}
