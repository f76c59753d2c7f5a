/** Asks a row filter of an event that is on its way to the warehouse, with the answer that the warehouse would give. */
import type { Event, Json } from '../../../shared/model/event.ts';
import type { Scalar } from '../../../shared/model/query.ts';
import type { Policy } from '../../identity/policy.ts';
import type { Order, Test } from '../condition.ts';
import type { ClockPart, Field } from '../field.ts';
import { ruleFor } from './rule.ts';

/** Whether an event may be seen. */
export type EventTest = (event: Event) => boolean;

/** What a field can be on an event: null where it is missing, a list that equals nothing. */
type Value = Scalar | Json[] | null;
type Reader = (event: Event) => Value;

const hourMs = 3_600_000;
const always: EventTest = () => true;

/**
 * Says which events `policy` lets be seen. null: only the warehouse can tell, because its filter asks who a person is, when an
 * event was received, or for a pattern. @throws FORBIDDEN when the rule cannot be applied
 */
export function maybeEventTest(policy: Policy): EventTest | null {
  const { rows } = ruleFor(policy);
  return rows === null ? always : compiled(rows);
}

function compiled(test: Test): EventTest | null {
  if ('tests' in test) {
    const tests = test.tests.map(compiled);
    if (!tests.every((one) => one !== null)) return null;
    return test.op === 'all' ? (event) => tests.every((one) => one(event)) : (event) => tests.some((one) => one(event));
  }
  if ('test' in test) {
    const inner = compiled(test.test);
    return inner === null ? null : (event) => !inner(event);
  }
  const read = readerOf(test.field);
  return read === null ? null : compiledLeaf(test, read);
}

function compiledLeaf(test: Extract<Test, { field: Field }>, read: Reader): EventTest | null {
  if (test.op === 'exists') return (event) => read(event) !== null;
  if (test.op === 'is') {
    const values = new Set<Value>(test.values);
    if (test.matchesMissing) values.add(null);
    return (event) => values.has(read(event));
  }
  if ('value' in test) return (event) => isInOrder(read(event), test.op, test.value);
  if (test.op === 'matches') return null;
  const { text } = test;
  const has = test.op === 'startsWith' ? (value: string) => value.startsWith(text) : containing(text);
  return (event) => {
    const value = read(event);
    return typeof value === 'string' && has(value);
  };
}

/** null: not known of an event in memory */
function readerOf(field: Field): Reader | null {
  if (field.kind === 'text') return (event) => event[field.column] || null;
  if (field.kind === 'clock') return (event) => clockPart(field.part, event.timeMs);
  if (field.kind === 'property') {
    const path = field.path.join('.');
    return (event) => valueAt(event.properties, path);
  }
  return field.name === 'time' ? (event) => event.timeMs : null;
}

/** In UTC, as row filters are asked. */
function clockPart(part: ClockPart, timeMs: number): number {
  if (part === 'hour') return Math.floor(timeMs / hourMs) % 24;
  const date = new Date(timeMs);
  return part === 'month' ? date.getUTCMonth() + 1 : date.getUTCDay() || 7;
}

/** What lies at a path, of which a key may hold any part: `{"a.b":1}` and `{"a":{"b":1}}` are the same. */
function valueAt(object: Record<string, Json>, path: string): Value {
  const own = Object.hasOwn(object, path) ? object[path] : undefined;
  if (own !== undefined && own !== null && (typeof own !== 'object' || Array.isArray(own))) return own;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    const inner = Object.hasOwn(object, key) ? object[key] : undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    const found = valueAt(inner, path.slice(dot + 1));
    if (found !== null) return found;
  }
  return null;
}

/** Only values of one type have an order; text goes by its bytes. */
function isInOrder(value: Value, order: Order, wanted: Scalar): boolean {
  if (typeof value !== typeof wanted) return false;
  const difference =
    typeof value === 'string' ? Buffer.compare(Buffer.from(value), Buffer.from(String(wanted))) : Number(value) - Number(wanted);
  if (order === 'gt') return difference > 0;
  if (order === 'gte') return difference >= 0;
  return order === 'lt' ? difference < 0 : difference <= 0;
}

/** Without regard to case, letter by letter; the sigma at the end of a Greek word is a sigma. */
function containing(text: string): (value: string) => boolean {
  const lower = (part: string) =>
    Array.from(part, (letter) => letter.toLowerCase())
      .join('')
      .replaceAll('ς', 'σ');
  const wanted = lower(text);
  return (value) => lower(value).includes(wanted);
}
