/** Tests as SQL. Every leaf is true or false, never NULL, so that `not` is the plain opposite. */
import { bind, identifier, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import type { Scalar } from '../../../shared/model/query.ts';
import { personExpression } from '../../warehouse/person.ts';
import type { Order, Test } from '../condition.ts';
import type { Field } from '../field.ts';
import { epochMs, numeric, present, typedProperty, type Scope } from './field-sql.ts';

const symbols = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const satisfies Record<Order, string>;

/** The SQL condition that `test` means. */
export function condition(test: Test, scope: Scope): Statement {
  switch (test.op) {
    case 'all':
      return combined(test.tests, ' AND ', 'true', scope);
    case 'any':
      return combined(test.tests, ' OR ', 'false', scope);
    case 'not':
      return sql`NOT ${condition(test.test, scope)}`;
    case 'exists':
      return sql`(${present(test.field)})`;
    case 'is':
      return isAny(test.field, test.values, test.matchesMissing, scope);
    case 'contains':
      return textTest(test.field, (text) => contains(text, test.text));
    case 'startsWith':
      return textTest(test.field, (text) => sql`startsWith(${text}, ${bind('String', test.text)})`);
    case 'matches':
      // the engine's own default lets . match line ends; RE2's does not
      return textTest(test.field, (text) => sql`match(${text}, ${bind('String', `(?-s)${test.text}`)})`);
    default:
      return compared(test.field, test.op, test.value, scope);
  }
}

/** Whether the test holds of every row because it asks nothing. */
export function isAlways(test: Test): boolean {
  return test.op === 'all' && test.tests.every(isAlways);
}

function combined(tests: readonly Test[], separator: string, none: string, scope: Scope): Statement {
  const parts = tests.filter((test) => none !== 'true' || !isAlways(test)).map((test) => condition(test, scope));
  if (parts.length === 0) return sql`${trusted(none)}`;
  return parts.length === 1 ? (parts[0] as Statement) : sql`(${join(parts, separator)})`;
}

function isAny(field: Field, values: readonly Scalar[], matchesMissing: boolean, scope: Scope): Statement {
  const parts = field.kind === 'property' ? propertyIsAny(field.path, values) : plainIsAny(field, values, scope);
  if (matchesMissing) parts.push(sql`NOT (${present(field)})`);
  return parts.length === 0 ? sql`false` : sql`(${join(parts, ' OR ')})`;
}

function plainIsAny(field: Field, values: readonly Scalar[], scope: Scope): Statement[] {
  if (values.length === 0) return [];
  if (field.kind === 'text') return [sql`${identifier(field.column)} IN ${bind('Array(String)', values)}`];
  if (field.kind === 'person') return [sql`${personExpression} IN ${bind('Array(String)', values)}`];
  if (field.kind === 'time') return [sql`${epochMs(field.column)} IN ${bind('Array(Int64)', values)}`];
  return [sql`toFloat64(${numeric(field, scope)}) IN ${bind('Array(Float64)', values)}`];
}

function propertyIsAny(path: readonly string[], values: readonly Scalar[]): Statement[] {
  const parts: Statement[] = [];
  const texts = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  if (texts.length > 0) parts.push(sql`ifNull(${typedProperty(path, 'String')} IN ${bind('Array(String)', texts)}, false)`);
  if (numbers.length > 0) parts.push(sql`ifNull(${typedProperty(path, 'Float64')} IN ${bind('Array(Float64)', numbers)}, false)`);
  for (const value of [true, false]) {
    if (values.includes(value)) parts.push(sql`ifNull(${typedProperty(path, 'Bool')} = ${bind('Bool', value)}, false)`);
  }
  return parts;
}

function textTest(field: Field, test: (text: Statement) => Statement): Statement {
  if (field.kind === 'property') return sql`ifNull(${test(typedProperty(field.path, 'String'))}, false)`;
  const text = field.kind === 'person' ? personExpression : sql`${identifier(field.name)}`;
  return sql`(${present(field)} AND ${test(text)})`;
}

/**
 * TRICKY: the engine's own search without case (26.7) misses 473 letters, among them all of Cherokee; lower case is right for all
 * of Unicode, and quicker. It depends on neighbours for one letter only, the sigma at the end of a Greek word.
 */
function contains(text: Statement, wanted: string): Statement {
  const needle = sql`${bind('String', wanted)}`;
  const lower = /[Σσς]/.test(wanted)
    ? (part: Statement) => sql`replaceAll(lowerUTF8(${part}), 'ς', 'σ')`
    : (part: Statement) => sql`lowerUTF8(${part})`;
  return sql`position(${lower(text)}, ${lower(needle)}) > 0`;
}

/** A property compares with values of its own type only; text goes by its bytes. */
function compared(field: Field, order: Order, value: Scalar, scope: Scope): Statement {
  const symbol = trusted(symbols[order]);
  if (field.kind === 'text' || field.kind === 'person') return textTest(field, (text) => sql`${text} ${symbol} ${bind('String', value)}`);
  if (field.kind === 'time') return sql`${epochMs(field.column)} ${symbol} ${bind('Int64', value)}`;
  if (field.kind === 'clock') return sql`${numeric(field, scope)} ${symbol} ${bind('Float64', value)}`;
  if (field.kind !== 'property') throw new TypeError(`${field.name} cannot be compared`);
  const type = typeof value === 'string' ? 'String' : typeof value === 'number' ? 'Float64' : 'Bool';
  return sql`ifNull(${typedProperty(field.path, type)} ${symbol} ${bind(type, value)}, false)`;
}
