/** What a format hands over: the fields of an event as the sender gave them, not yet checked. */
import type { Refusal } from './refusal.ts';

/** An event before validation. Absent fields are undefined or null. */
export interface Draft {
  name: unknown;
  id: unknown;
  time: unknown;
  user: unknown;
  anonymous: unknown;
  session: unknown;
  properties: unknown;
}

/** What a format makes of one item of a body. */
export type DraftReader = (item: unknown) => Draft | Refusal;

/** Whether `value` is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
