/** What the lineage says of the limits under which a question was answered. */
import type { Condition } from '../../../shared/model/query.ts';
import type { Limits, MaskedField } from '../../../shared/model/result.ts';
import { ruleOf, type Policy } from '../../identity/policy.ts';
import type { Field } from '../field.ts';
import { fieldsAsked, type ResolvedQuery } from '../resolve.ts';
import { ruleFor } from './rule.ts';

/** The limits that `policy` set to `query`; null: none. */
export function limitsOf(policy: Policy, query: ResolvedQuery): Limits | null {
  const { rows } = ruleOf(policy, 'events');
  const masks = maskedFields(query);
  if (rows.length === 0 && masks.length === 0) return null;
  return { rows: rows.map((condition) => rowLimit(policy, condition)), masks };
}

/** Values are told only where every row that the asker sees carries one of them. */
function rowLimit(policy: Policy, condition: Condition): Limits['rows'][number] {
  const fields = [...new Set(namesIn(condition))];
  if (!('field' in condition) || Object.keys(condition).some((member) => member !== 'field' && member !== 'is')) return { fields };
  const isShown = condition.is !== undefined && ruleFor(policy).masks.of(condition.field) === null;
  return isShown ? { fields, is: condition.is } : { fields };
}

function namesIn(condition: Condition): string[] {
  if ('any' in condition) return condition.any.flatMap(namesIn);
  if ('all' in condition) return condition.all.flatMap(namesIn);
  return 'not' in condition ? namesIn(condition.not) : [condition.field];
}

function maskedFields(query: ResolvedQuery): MaskedField[] {
  const byName = new Map(
    fieldsAsked(query)
      .flatMap(maskedIn)
      .map((masked) => [masked.field, masked]),
  );
  return [...byName.values()].toSorted((a, b) => (a.field < b.field ? -1 : 1));
}

function maskedIn(field: Field): MaskedField[] {
  if (field.kind === 'properties') {
    const paths = field.leftOut ?? [];
    return paths.map((path) => ({ field: path === '' ? 'properties' : `properties.${path}`, as: 'hide' }));
  }
  if (!('mask' in field) || field.mask === undefined) return [];
  return [{ field: field.name, ...field.mask }];
}
