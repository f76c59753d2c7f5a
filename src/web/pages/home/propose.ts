/** Which properties tell most: chosen from what the catalog knows, with the reason in words. */
import type { CatalogProperty } from '../../../shared/contract/catalog.ts';
import { formatCount, formatShare } from '../../../shared/format/number.ts';

/** What is known of a property, as far as it matters here. */
export type PropertyFacts = Pick<CatalogProperty, 'field' | 'type' | 'coverage' | 'cardinality' | 'min' | 'max' | 'events'>;

/** A property worth a panel. */
export interface Proposal {
  field: string;
  /** the event that has it most, where others must not be mixed in; null: all that have it */
  event: string | null;
  why: string;
  /** how many different values it has, about */
  cardinality: number;
}

/** A numeric property worth a panel, and how its values are best folded. */
export interface NumberProposal extends Proposal {
  aggregate: 'sum' | 'p95';
  unit: string | null;
}

const identifier =
  /(^|[._-])(id|ids|uuid|guid|hash|token|key|email|phone|ip|url|href|referrer|user_?agent|signature|session|timestamp|date)$|Id$|^\$/i;
/** Amounts of something that can be added up. */
const additive =
  /(amount|revenue|price|total|value|cost|quantity|qty|items|count|size|bytes|fee|tax|discount|points|seats|credits|additions|deletions|changed|lines|words)/i;
/** Lengths of time and the like, of which the slow end matters. */
const duration = /(duration|latency|elapsed|time|delay|_ms$|^ms$|ms$|seconds|lcp|fcp|ttfb|inp)/i;
/** Numbers that name something. */
const code = /(year|month|day|hour|week|version|zip|postal|port|status|code|lat|lng|lon|index|rank|position|width|height)/i;

function lastPart(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

/** How well so many groups can be read, 0..1: best from 3 to 12. One group tells something only while there is little else. */
function legibility(cardinality: number, isYoung: boolean): number {
  if (cardinality < 2) return cardinality === 1 && isYoung ? 0.15 : 0;
  if (cardinality === 2) return 0.6;
  if (cardinality <= 12) return 1;
  return cardinality <= 60 ? 0.75 : cardinality <= 400 ? 0.45 : cardinality <= 3_000 ? 0.2 : 0;
}

function groupScore(property: PropertyFacts, isYoung: boolean): number {
  if (property.type === 'other' || property.type === 'array' || identifier.test(lastPart(property.field))) return 0;
  if (property.type === 'number' && (property.cardinality > 12 || !code.test(lastPart(property.field)))) return 0;
  return Math.sqrt(property.coverage) * legibility(property.cardinality, isYoung);
}

/** The properties that split events most tellingly, best first; `isYoung`: only a few events are known yet. */
export function proposeGroups(properties: readonly PropertyFacts[], most: number, isYoung = false): Proposal[] {
  return properties
    .map((property) => ({ property, score: groupScore(property, isYoung) }))
    .filter((one) => one.score > 0.1 && one.property.coverage > 0.005)
    .sort((a, b) => b.score - a.score || (a.property.field < b.property.field ? -1 : 1))
    .slice(0, most)
    .map(({ property }) => ({
      field: property.field,
      event: null,
      cardinality: property.cardinality,
      why: `${formatShare(property.coverage)} of events have it, ${formatCount(property.cardinality, 'value')}`,
    }));
}

function numberScore(property: PropertyFacts): number {
  const name = lastPart(property.field);
  if (property.type !== 'number' || identifier.test(name)) return 0;
  // an amount that is always the same still adds up; anything else that never varies tells nothing
  if (property.min === property.max && !additive.test(name)) return 0;
  const worth = additive.test(name) ? 1 : duration.test(name) ? 0.8 : code.test(name) ? 0 : 0.4;
  return worth * (0.3 + property.coverage) * (property.cardinality > 5 ? 1 : 0.6);
}

/** The numeric properties that tell most, best first. */
export function proposeNumbers(properties: readonly PropertyFacts[], most: number): NumberProposal[] {
  return properties
    .map((property) => ({ property, score: numberScore(property) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || (a.property.field < b.property.field ? -1 : 1))
    .slice(0, most)
    .map(({ property }) => {
      const name = lastPart(property.field);
      const isDuration = !additive.test(name) && duration.test(name);
      return {
        field: property.field,
        event: isDuration ? null : (property.events[0]?.name ?? null),
        cardinality: property.cardinality,
        why: `numeric, on ${formatShare(property.coverage)} of events`,
        aggregate: isDuration ? 'p95' : 'sum',
        unit: isDuration && /ms$/i.test(name) ? 'ms' : null,
      };
    });
}
