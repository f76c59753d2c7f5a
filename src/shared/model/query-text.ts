/** Queries as text: the same for queries that ask the same. */
import type { Query } from './query.ts';

/** The text of `query`, whose defaults are filled in; the order in which a client wrote its members does not matter. */
export function queryText(query: Query): string {
  return JSON.stringify(sorted(query));
}

/** `value` with the members of every object in order, and none that are undefined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
