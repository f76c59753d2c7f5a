/** Why an event cannot be taken: the reason of the table, and a message that names the offending value. */
import type { RejectReason } from '../../../shared/model/event.ts';

/** A rejected event. An ordinary result, not an exception: a batch goes on without it. */
export class Refusal {
  readonly reason: RejectReason;
  readonly message: string;
  /** the event's name where it has one, for the dead letter */
  name = '';
  /** the event as it came, where the decoder still has the text */
  body: string | null;

  constructor(reason: RejectReason, message: string, body: string | null = null) {
    this.reason = reason;
    this.message = message;
    this.body = body;
  }
}

const SHOWN_LENGTH = 100;

/** `value` as it may stand in a message: JSON, cut to 100 characters; containers only by their kind. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > SHOWN_LENGTH ? value.slice(0, SHOWN_LENGTH) + '…' : value);
  }
  return String(value);
}
