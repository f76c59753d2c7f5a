/** A filter as a short text: `name is purchase|refund`, `properties.amount gte 10`; for addresses, and for reading. */
import type { FieldCondition, Scalar } from '../../shared/model/query.ts';

/** What a filter may test, in the order of the menu. */
export const operators = ['is', 'isNot', 'contains', 'startsWith', 'matches', 'gt', 'gte', 'lt', 'lte', 'exists', 'missing'] as const;
/** One of {@link operators}. */
export type Operator = (typeof operators)[number];

/** The operators in words. */
export const operatorText: Readonly<Record<Operator, string>> = {
  is: 'is',
  isNot: 'is not',
  contains: 'contains',
  startsWith: 'starts with',
  matches: 'matches',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  exists: 'is set',
  missing: 'is not set',
};

/** One filter of a question. */
export interface Filter {
  field: string;
  operator: Operator;
  /** none for `exists` and `missing`, one for comparisons, any number for `is` and `isNot` */
  values: (Scalar | null)[];
}

/** Whether the operator takes several values. */
export function takesMany(operator: Operator): boolean {
  return operator === 'is' || operator === 'isNot';
}

/** Whether the operator takes no value. */
export function takesNone(operator: Operator): boolean {
  return operator === 'exists' || operator === 'missing';
}

const looksTyped = /^(-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null)$/;

/** One value as it is typed: the inverse of {@link readValue}. */
export function writeValue(value: Scalar | null): string {
  if (typeof value !== 'string') return String(value);
  return looksTyped.test(value) || value === '' || /^"|[|]/.test(value) ? JSON.stringify(value) : value;
}

/** What one typed value means: numbers, true, false and null are what they look like, anything in double quotes is text. */
export function readValue(text: string): Scalar | null {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (looksTyped.test(text)) return Number(text);
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function splitValues(text: string): string[] {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^|]+/g);
  return parts ?? [];
}

/** The filter as text; a space in the field's name is written as `%20`. */
export function writeFilter({ field, operator, values }: Filter): string {
  const name = field.replaceAll('%', '%25').replaceAll(' ', '%20');
  return takesNone(operator) ? `${name} ${operator}` : `${name} ${operator} ${values.map(writeValue).join('|')}`;
}

/** The filter that `text` says; null if it says none. */
export function maybeFilter(text: string): Filter | null {
  const match = /^(\S+) (\S+)(?: (.*))?$/s.exec(text);
  const operator = operators.find((one) => one === match?.[2]);
  if (match === null || operator === undefined) return null;
  const field = (match[1] ?? '').replaceAll('%20', ' ').replaceAll('%25', '%');
  const values = takesNone(operator) ? [] : splitValues(match[3] ?? '').map(readValue);
  if (!takesNone(operator) && values.length === 0) return null;
  return { field, operator, values: takesMany(operator) ? values : values.slice(0, 1) };
}

/** The filter as a condition of a query. */
export function toCondition({ field, operator, values }: Filter): FieldCondition {
  switch (operator) {
    case 'exists':
      return { field, exists: true };
    case 'missing':
      return { field, exists: false };
    case 'is':
    case 'isNot':
      return { field, [operator]: values };
    case 'contains':
    case 'startsWith':
    case 'matches':
      return { field, [operator]: String(values[0] ?? '') };
    default:
      return { field, [operator]: values[0] ?? 0 };
  }
}
