/** What a policy makes of a question: the rows it lets through, and the fields it shows only behind a mask. */
import { Problem } from '../../../shared/model/errors.ts';
import type { DatasetRule, Mask } from '../../../shared/model/policy.ts';
import type { Condition } from '../../../shared/model/query.ts';
import { ruleOf, type Policy } from '../../identity/policy.ts';
import { Masks, type Masking } from '../../warehouse/view/masks.ts';
import { resolveConditions, type Test } from '../condition.ts';
import { parseField, type Field, type FieldReader } from '../field.ts';

/** A rule, ready to be applied. */
export interface Rule {
  /** asks of the true values, in UTC; null: every row may be seen */
  rows: Test | null;
  masks: Masks;
  /** reads the fields of a query, behind their masks */
  fieldOf: FieldReader;
}

/** Row filters mean the same whatever zone a question is asked in. */
export const ruleZone = 'UTC';

/** A placeholder that nothing was put in the place of, or something that was meant as one. */
const unbound = /\{\s*person\b/i;
const noRow: Test = { op: 'any', tests: [] };

const compiled = new WeakMap<DatasetRule, Rule>();

/** What `policy` makes of questions about the events. @throws FORBIDDEN when its rule cannot be applied */
export function ruleFor(policy: Policy): Rule {
  const given = ruleOf(policy, 'events');
  const known = compiled.get(given);
  if (known !== undefined) return known;
  try {
    const rule = compile(given);
    compiled.set(given, rule);
    return rule;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const message = `The limits of the policy ${JSON.stringify(policy.name)} cannot be applied, so nothing is shown. Ask who manages the roles to mend them.`;
    throw new Problem('FORBIDDEN', message, {}, error);
  }
}

/** Makes sure that a rule can be applied. For whoever writes it: the message names what is wrong. @throws QUERY_INVALID, FIELD_UNKNOWN */
export function assertRule({ rows, masks }: DatasetRule): void {
  compile({ rows: rows.map(withoutPlaceholders), masks });
}

function compile({ rows, masks: given }: DatasetRule): Rule {
  given.forEach((mask, i) => assertMaskable(mask, `masks[${i}].field`));
  const masks = new Masks(given);
  const asked = resolveConditions(rows, ruleZone, 'rows', parseField);
  const test = rows.some(isUnbound) ? noRow : rows.length === 0 ? null : asked;
  const isWhole = masks.isEmpty && test === null;
  return {
    rows: test,
    masks,
    fieldOf: isWhole ? parseField : (name, place) => behindMask(parseField(name, place), masks, test !== null),
  };
}

function assertMaskable({ field: name }: Mask, place: string): void {
  const field = parseField(name, place);
  if (field.kind === 'clock' || field.name === 'time')
    throw new Problem('QUERY_INVALID', `${place}: "${name}" cannot be masked, since every question has a range of time.`);
}

/** `field` as a query may use it. Numbers fall into steps; whatever else a step is asked for is hidden, and so are instants. */
function behindMask(field: Field, masks: Masks, isFiltered: boolean): Field {
  if (field.kind === 'properties') return masks.leftOut.length === 0 ? field : { ...field, leftOut: masks.leftOut };
  if (field.kind === 'clock' || field.name === 'time') return field;
  const mask = masks.of(field.name);
  if (field.kind === 'property') return maskedProperty(field, mask, masks.reachesBelow(field.name));
  const hidden: Masking = { as: 'hide' };
  const shown = mask === null ? field : { ...field, mask: mask.as === 'bucket' || field.kind === 'time' ? hidden : mask };
  return shown.kind === 'person' && isFiltered && !(mask?.as === 'hide') ? { ...shown, links: 'seen' } : shown;
}

function maskedProperty(field: Field & { kind: 'property' }, mask: Masking | null, isListHidden: boolean): Field {
  if (mask !== null) return { ...field, mask };
  return isListHidden ? { ...field, isListHidden } : field;
}

function isUnbound(condition: Condition): boolean {
  return unbound.test(JSON.stringify(condition));
}

/** Nothing is known yet of what will stand in the place of `{person.x}`. */
function withoutPlaceholders(condition: Condition): Condition {
  if ('any' in condition) return { any: condition.any.map(withoutPlaceholders) };
  if ('all' in condition) return { all: condition.all.map(withoutPlaceholders) };
  if ('not' in condition) return { not: withoutPlaceholders(condition.not) };
  return isUnbound(condition) ? { field: condition.field, exists: true } : condition;
}
