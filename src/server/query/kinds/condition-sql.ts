/** Tests as SQL. Every leaf is true or false, never NULL, so that `not` is the plain opposite. */
import { bind, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import type { Scalar } from '../../../shared/model/query.ts';
import type { Order, Test } from '../condition.ts';
import { isHidden, type Field } from '../field.ts';
import { epochMs, numeric, present, textOf, typedProperty, type Scope } from './field-sql.ts';

const symbols = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const satisfies Record<Order, string>;

/** The SQL condition that `test` means. */
export function condition(test: Test, scope: Scope): Statement {
  if ('field' in test && isHidden(test.field)) return sql`${trusted(String(test.op === 'is' && test.matchesMissing))}`;
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
  const parts = field.kind === 'property' ? propertyIsAny(field, values) : plainIsAny(field, values, scope);
  if (matchesMissing) parts.push(sql`NOT (${present(field)})`);
  return parts.length === 0 ? sql`false` : sql`(${join(parts, ' OR ')})`;
}

function plainIsAny(field: Field, values: readonly Scalar[], scope: Scope): Statement[] {
  if (values.length === 0) return [];
  if (field.kind === 'text' || field.kind === 'person') return [sql`${textOf(field)} IN ${bind('Array(String)', values)}`];
  if (field.kind === 'time') return [sql`${epochMs(field.column)} IN ${bind('Array(Int64)', values)}`];
  return [sql`toFloat64(${numeric(field, scope)}) IN ${bind('Array(Float64)', values)}`];
}

function propertyIsAny(field: Field & { kind: 'property' }, values: readonly Scalar[]): Statement[] {
  const parts: Statement[] = [];
  const texts = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  if (texts.length > 0) parts.push(sql`ifNull(${typedProperty(field, 'String')} IN ${bind('Array(String)', texts)}, false)`);
  if (numbers.length > 0) parts.push(sql`ifNull(${typedProperty(field, 'Float64')} IN ${bind('Array(Float64)', numbers)}, false)`);
  for (const value of [true, false]) {
    if (values.includes(value)) parts.push(sql`ifNull(${typedProperty(field, 'Bool')} = ${bind('Bool', value)}, false)`);
  }
  return parts;
}

function textTest(field: Field, test: (text: Statement) => Statement): Statement {
  if (field.kind === 'property') return sql`ifNull(${test(typedProperty(field, 'String'))}, false)`;
  if (field.kind !== 'text' && field.kind !== 'person') throw new TypeError(`${field.name} is not text`);
  return sql`(${present(field)} AND ${test(textOf(field))})`;
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
  return sql`ifNull(${typedProperty(field, type)} ${symbol} ${bind(type, value)}, false)`;
}
