/** Puts what is known of a person in the place of `{person.x}` in rules; whoever lacks what a rule asks for sees no row. */
import type { Attributes } from '../../../shared/contract/members.ts';
import type { DatasetRule, DatasetRules } from '../../../shared/model/policy.ts';
import type { Condition, FieldCondition, Scalar } from '../../../shared/model/query.ts';
import { noRow } from './rules.ts';

/** What `{person.x}` may stand for. */
export interface PersonValues {
  /** null for whoever is no person */
  account: { id: string; email: string } | null;
  attributes: Attributes;
}

const placeholder = /^\{person\.([A-Za-z][A-Za-z0-9_-]*)\}$/;
/** Anything that looks as if somebody had meant one. */
const suspicion = /\{\s*person\b/i;
const orders = ['gt', 'gte', 'lt', 'lte'] as const;
const texts = ['contains', 'startsWith', 'matches'] as const;

/** A placeholder that stands for nothing. */
class Unbound extends Error {}

/** `rules` as they hold for that person. Where a placeholder stands for nothing, no row of its dataset is seen. */
export function bindRules(rules: DatasetRules, values: PersonValues): DatasetRules {
  return Object.fromEntries(Object.entries(rules).map(([dataset, rule]) => [dataset, bindRule(rule, values)]));
}

/** The first value in `rules` that looks like a placeholder and can never be one, with its dataset; null when all is well. */
export function maybeMisplaced(rules: DatasetRules): string | null {
  for (const [dataset, { rows, masks }] of Object.entries(rules)) {
    const found = [...rows.map(maybeMisplacedIn), ...masks.map(({ field }) => maybeSuspicious(field))].find((text) => text !== null);
    if (found !== undefined && found !== null) return `${dataset}: ${found}`;
  }
  return null;
}

function bindRule(rule: DatasetRule, values: PersonValues): DatasetRule {
  try {
    return { rows: rule.rows.map((condition) => bindCondition(condition, values)), masks: rule.masks };
  } catch (error) {
    if (!(error instanceof Unbound)) throw error;
    return { rows: [noRow], masks: rule.masks };
  }
}

function bindCondition(condition: Condition, values: PersonValues): Condition {
  if ('any' in condition) return { any: condition.any.map((inner) => bindCondition(inner, values)) };
  if ('all' in condition) return { all: condition.all.map((inner) => bindCondition(inner, values)) };
  if ('not' in condition) return { not: bindCondition(condition.not, values) };
  if (maybeMisplacedIn(condition) !== null) throw new Unbound();
  const bound: FieldCondition = { ...condition };
  if (condition.is !== undefined) bound.is = condition.is.flatMap((value) => valuesOf(value, values));
  if (condition.isNot !== undefined) bound.isNot = condition.isNot.flatMap((value) => valuesOf(value, values));
  for (const order of orders) {
    const value = condition[order];
    if (value !== undefined) bound[order] = oneOf(valuesOf(value, values));
  }
  return bound;
}

/** What `value` stands for: itself, or what is known of the person. @throws Unbound */
function valuesOf<T extends Scalar | null>(value: T, { account, attributes }: PersonValues): (T | Scalar)[] {
  const name = typeof value === 'string' ? placeholder.exec(value)?.[1] : undefined;
  if (name === undefined) return [value];
  const known = name === 'id' || name === 'email' ? account?.[name] : Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  const all = known === undefined ? [] : Array.isArray(known) ? known : [known];
  // TRICKY: a value that is itself a placeholder would be bound a second time where these limits are handed on.
  if (all.length === 0 || all.some((each) => maybeSuspicious(each) !== null)) throw new Unbound();
  return all;
}

/** A limit needs one value. @throws Unbound */
function oneOf(values: readonly Scalar[]): Scalar {
  if (values.length !== 1) throw new Unbound();
  return values[0]!;
}

/** Text that looks like a placeholder where none can stand. */
function maybeMisplacedIn(condition: Condition): string | null {
  if ('any' in condition) return firstOf(condition.any.map(maybeMisplacedIn));
  if ('all' in condition) return firstOf(condition.all.map(maybeMisplacedIn));
  if ('not' in condition) return maybeMisplacedIn(condition.not);
  const whole = [...(condition.is ?? []), ...(condition.isNot ?? []), ...orders.map((order) => condition[order])];
  const partial = [condition.field, ...texts.map((text) => condition[text])];
  return firstOf([...whole.map((value) => (isPlaceholder(value) ? null : maybeSuspicious(value))), ...partial.map(maybeSuspicious)]);
}

function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && placeholder.test(value);
}

function maybeSuspicious(value: unknown): string | null {
  return typeof value === 'string' && suspicion.test(value) ? value : null;
}

function firstOf(found: readonly (string | null)[]): string | null {
  return found.find((text) => text !== null) ?? null;
}
