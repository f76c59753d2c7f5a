/** The meaning of masks, value by value. */
import { createHash } from 'node:crypto';
import type { Json } from '../../src/shared/model/event.ts';
import type { Mask } from '../../src/shared/model/policy.ts';
import type { Value } from './reference-engine.ts';

const strictness = ['bucket', 'last4', 'hash', 'hide'];
const covers = (mask: string, field: string) => field === mask || field.startsWith(`${mask}.`);

/** The strictest mask on `field` or on anything above it; on a person also those on the ids that it is one of. */
export function maskOf(masks: readonly Mask[], field: string): Mask | null {
  const fields = field === 'person' ? ['person', 'user', 'anonymous'] : [field];
  const covering = masks.filter((mask) => fields.some((one) => covers(mask.field, one)));
  return covering.toSorted((a, b) => strictness.indexOf(b.as) - strictness.indexOf(a.as) || (b.step ?? 0) - (a.step ?? 0))[0] ?? null;
}

/** What of `value` is shown. A list is hidden where something below it is masked. */
export function maskedValue(mask: Mask | null, value: Value, field: string, masks: readonly Mask[], salt: string): Value {
  if (mask === null) return Array.isArray(value) && masks.some((one) => covers(field, one.field)) ? null : value;
  if (value === null || Array.isArray(value) || mask.as === 'hide' || field === 'received') return null;
  if (mask.as === 'bucket') return typeof value === 'number' ? Math.floor(value / (mask.step as number)) * (mask.step as number) : null;
  if (mask.as === 'hash') {
    const text = `${typeof value}`.charAt(0) + String(value);
    return createHash('sha256')
      .update(salt + text)
      .digest('hex')
      .slice(0, 16);
  }
  if (typeof value === 'boolean') return null;
  const letters = Array.from(String(value));
  return `••••${letters.length > 4 ? letters.slice(-4).join('') : ''}`;
}

/** Properties as they are shown whole: nothing that is masked, no list with something masked below it, nothing missing. */
export function shownProperties(properties: Record<string, Json>, masks: readonly Mask[], above = 'properties'): Record<string, Json> {
  const entries = Object.entries(properties).flatMap(([key, value]): [string, Json][] => {
    const field = `${above}.${key}`;
    if (value === null || maskOf(masks, field) !== null) return [];
    if (Array.isArray(value)) return masks.some((mask) => covers(field, mask.field)) ? [] : [[key, value]];
    if (typeof value !== 'object') return [[key, value]];
    const inner = shownProperties(value, masks, field);
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries);
}
