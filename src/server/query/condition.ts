/** Conditions of a query, checked against the fields and brought to a small set of tests. */
import { Problem } from '../../shared/model/errors.ts';
import type { Condition, FieldCondition, Scalar } from '../../shared/model/query.ts';
import { parseInstant } from '../../shared/time/instant.ts';
import type { Field, FieldReader } from './field.ts';

/** How two values may lie to each other. */
export type Order = 'gt' | 'gte' | 'lt' | 'lte';

/**
 * A test that is true or false of every row, never unknown. Values fit their field: text for text fields, epoch ms for
 * times, numbers for clock parts; a property compares only with values of the same JSON type.
 */
export type Test =
  | { op: 'all' | 'any'; tests: Test[] }
  | { op: 'not'; test: Test }
  | { op: 'is'; field: Field; values: Scalar[]; matchesMissing: boolean }
  | { op: 'exists'; field: Field }
  | { op: 'contains' | 'startsWith' | 'matches'; field: Field; text: string }
  | { op: Order; field: Field; value: Scalar };

const textOperators = ['contains', 'startsWith', 'matches'] as const;
const orderOperators = ['gt', 'gte', 'lt', 'lte'] as const;

/** Conditions of one list, those inside others included. */
const mostConditions = 500;

/** The test that all `conditions` hold. @throws FIELD_UNKNOWN, QUERY_INVALID */
export function resolveConditions(conditions: readonly Condition[], zone: string, place: string, fieldOf: FieldReader): Test {
  const count = countConditions(conditions);
  if (count > mostConditions)
    throw new Problem(
      'QUERY_INVALID',
      `${place}: ${count} conditions are more than ${mostConditions}. Put values that one field is compared with into one "is".`,
    );
  return { op: 'all', tests: conditions.map((condition, i) => resolveCondition(condition, { zone, fieldOf }, `${place}[${i}]`)) };
}

function countConditions(conditions: readonly Condition[]): number {
  return conditions.reduce((sum, condition) => {
    const inner = 'any' in condition ? condition.any : 'all' in condition ? condition.all : 'not' in condition ? [condition.not] : [];
    return sum + 1 + countConditions(inner);
  }, 0);
}

/** What conditions are read with. */
interface Reading {
  zone: string;
  fieldOf: FieldReader;
}

function resolveCondition(condition: Condition, reading: Reading, place: string): Test {
  const all = (op: 'any' | 'all', conditions: readonly Condition[]): Test => ({
    op,
    tests: conditions.map((inner, i) => resolveCondition(inner, reading, `${place}.${op}[${i}]`)),
  });
  if ('any' in condition) return all('any', condition.any);
  if ('all' in condition) return all('all', condition.all);
  if ('not' in condition) return { op: 'not', test: resolveCondition(condition.not, reading, `${place}.not`) };
  return resolveFieldCondition(condition, reading, place);
}

function resolveFieldCondition(condition: FieldCondition, { zone, fieldOf }: Reading, place: string): Test {
  const field = fieldOf(condition.field, `${place}.field`);
  if (field.kind === 'properties') throw new Problem('FIELD_UNKNOWN', `${place}.field: name one property, such as "properties.country".`);
  const tests: Test[] = [];
  if (condition.is !== undefined) tests.push(resolveIs(field, condition.is, zone, `${place}.is`));
  if (condition.isNot !== undefined) tests.push({ op: 'not', test: resolveIs(field, condition.isNot, zone, `${place}.isNot`) });
  if (condition.exists !== undefined) tests.push(condition.exists ? { op: 'exists', field } : { op: 'not', test: { op: 'exists', field } });
  for (const op of textOperators) {
    const text = condition[op];
    if (text !== undefined) tests.push({ op, field: assertText(field, `${place}.${op}`), text });
  }
  for (const op of orderOperators) {
    const value = condition[op];
    if (value !== undefined) tests.push({ op, field, value: fit(field, value, zone, `${place}.${op}`) });
  }
  if (tests.length === 0)
    throw new Problem(
      'QUERY_INVALID',
      `${place}: a condition needs an operator: is, isNot, contains, startsWith, matches, gt, gte, lt, lte or exists.`,
    );
  return tests.length === 1 ? (tests[0] as Test) : { op: 'all', tests };
}

function resolveIs(field: Field, values: readonly (Scalar | null)[], zone: string, place: string): Test {
  const fitting = values.filter((value) => value !== null).map((value, i) => fit(field, value, zone, `${place}[${i}]`));
  // '' in a text column is how the warehouse keeps "missing": no event has it as a value
  const possible = field.kind === 'text' || field.kind === 'person' ? fitting.filter((value) => value !== '') : fitting;
  return { op: 'is', field, values: possible, matchesMissing: values.includes(null) };
}

function assertText(field: Field, place: string): Field {
  if (field.kind === 'time' || field.kind === 'clock')
    throw new Problem('QUERY_INVALID', `${place}: "${field.name}" is not text. Compare it with is, gt, gte, lt or lte.`);
  return field;
}

/** `value` in the form that `field` compares with. */
function fit(field: Field, value: Scalar, zone: string, place: string): Scalar {
  if (field.kind === 'text' || field.kind === 'person') return String(value);
  if (field.kind === 'clock' && typeof value !== 'number')
    throw new Problem('QUERY_INVALID', `${place}: "${field.name}" is a number, not ${JSON.stringify(value)}.`);
  if (field.kind === 'time') {
    if (typeof value === 'boolean') throw new Problem('QUERY_INVALID', `${place}: "${field.name}" is an instant, not ${value}.`);
    return parseInstant(value, zone, place);
  }
  return value;
}

/** The fields that `test` asks of. */
export function fieldsOf(test: Test): Field[] {
  if ('tests' in test) return test.tests.flatMap(fieldsOf);
  return test.op === 'not' ? fieldsOf(test.test) : [test.field];
}
