/** Tells who is known. */
import { peopleRoute, personRoute, type Person } from '../../shared/contract/people.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { viewOf } from '../query/policy/view.ts';
import { maybePerson, readPeople, type PersonRow } from '../warehouse/people.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What these routes need. */
export interface PeopleParts {
  warehouse: Warehouse;
  maskSalt: MaskSalt;
}

/** Routes of people. */
export function peopleRoutes({ warehouse, maskSalt }: PeopleParts): RouteBinding[] {
  return [
    bindRoute(peopleRoute, async ({ principal, query }) => {
      const { rows, next } = await readPeople(warehouse, viewOf(principal.policy, maskSalt), query);
      return { people: rows.map(toPerson), next };
    }),
    bindRoute(personRoute, async ({ principal, params }) => {
      const found = await maybePerson(warehouse, viewOf(principal.policy, maskSalt), params.id);
      if (found === null) throw new Problem('NOT_FOUND', `Nothing is known of the id ${JSON.stringify(params.id)}.`);
      return toPerson(found);
    }),
  ];
}

function toPerson({ firstSeenMs, lastSeenMs, ...row }: PersonRow): Person {
  const iso = (epochMs: number | null): string | null => (epochMs === null ? null : new Date(epochMs).toISOString());
  return { ...row, firstSeen: iso(firstSeenMs), lastSeen: iso(lastSeenMs) };
}
