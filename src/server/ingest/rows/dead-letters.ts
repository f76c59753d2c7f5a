/** Keeps what was rejected: one dead letter each, up to a number per call, then one per reason for the rest. */
import type { RejectReason } from '../../../shared/model/event.ts';
import { isObject } from '../event/draft.ts';
import { Refusal } from '../event/refusal.ts';
import { DEAD_LETTER_BODY_BYTES, type RowWriter } from './row-writer.ts';

/** A call keeps this many dead letters whole; a 10 MB body can hold five million bad items. */
const KEPT_PER_CALL = 5_000;

/** The dead letters of one call. */
export class DeadLetters {
  readonly #rows: RowWriter;
  readonly #beyond = new Map<RejectReason, number>();
  #kept = 0;

  constructor(rows: RowWriter) {
    this.#rows = rows;
  }

  add(refusal: Refusal, item: unknown): void {
    if (this.#kept < KEPT_PER_CALL) {
      this.#kept++;
      this.#rows.addDeadLetter(refusal, refusal.body ?? bodyText(item));
    } else {
      this.#beyond.set(refusal.reason, (this.#beyond.get(refusal.reason) ?? 0) + 1);
    }
  }

  /** Accounts for those that were not kept. */
  finish(): void {
    for (const [reason, count] of this.#beyond) {
      this.#rows.addDeadLetter(new Refusal(reason, `${count} more events of the same call were rejected for this reason.`), '');
    }
  }
}

/** The JSON of a parsed item; what nests too deep for that is shown without its depth. */
function bodyText(item: unknown): string {
  try {
    return JSON.stringify(withoutKeys(item)) ?? '';
  } catch (error) {
    // JSON.parse takes any depth, JSON.stringify recurses: a RangeError is the only way it can fail on parsed JSON.
    if (!(error instanceof RangeError)) throw error;
    return shallowText(item).slice(0, DEAD_LETTER_BODY_BYTES);
  }
}

/** `item` without the write key that some libraries put into each event. */
function withoutKeys(item: unknown): unknown {
  if (!isObject(item)) return item;
  const { writeKey: _writeKey, api_key: _apiKey, token: _token, ...rest } = item;
  const { properties } = rest;
  if (!isObject(properties) || !('token' in properties)) return rest;
  const { token: _, ...kept } = properties;
  return { ...rest, properties: kept };
}

/** The JSON of `item` with everything below its second level of containers cut off. */
function shallowText(item: unknown): string {
  let level = 0;
  const cut = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (level === 2) return '…';
    level++;
    const copy = Array.isArray(value)
      ? value.slice(0, 100).map(cut)
      : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, cut(child)]));
    level--;
    return copy;
  };
  return JSON.stringify(cut(item));
}
