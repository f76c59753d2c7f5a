/** Writes warehouse rows as NDJSON, in the column order of migrations/warehouse/0001_events.sql, grouped by table and month. */
import type { SpoolRows, SpoolTable } from '../../ports/spool.ts';
import { monthOf } from '../event/event-time.ts';
import { quote, QuoteCache } from '../event/json-text.ts';
import type { Refusal } from '../event/refusal.ts';
import type { CheckedEvent } from '../event/validate.ts';

/** What all rows of a call have in common. */
export interface RowContext {
  workspaceId: string;
  source: string;
  /** '' when the call is no import */
  importId: string;
  receivedMs: number;
}

interface Group {
  table: SpoolTable;
  month: number;
  count: number;
  text: string;
}

const names = new QuoteCache(5_000);

/** Dead letters keep this much of the event, bytes. */
export const DEAD_LETTER_BODY_BYTES = 65_536;

/**
 * Collects the rows of one call. Times are written as whole milliseconds: an unquoted integer is the raw value of a
 * DateTime64(3), exact and the quickest for the warehouse to read.
 */
export class RowWriter {
  readonly #workspace: string;
  readonly #eventTail: string;
  readonly #source: string;
  readonly #receivedMs: number;
  readonly #groups: Group[] = [];
  #events: Group | null = null;

  constructor(context: RowContext) {
    this.#workspace = `{"workspace":${quote(context.workspaceId)}`;
    this.#source = `"source":${quote(context.source)},"import_id":${quote(context.importId)}`;
    this.#eventTail = `,${this.#source},"received":${context.receivedMs}}\n`;
    this.#receivedMs = context.receivedMs;
  }

  addEvent(event: CheckedEvent): void {
    const month = monthOf(event.timeMs);
    if (this.#events === null || this.#events.month !== month) this.#events = this.#group('events', month);
    const group = this.#events;
    group.count++;
    group.text +=
      this.#workspace +
      ',"name":' +
      names.quote(event.name) +
      ',"time":' +
      event.timeMs +
      ',"id":' +
      quote(event.id) +
      ',"user":' +
      quote(event.user) +
      ',"anonymous":' +
      quote(event.anonymous) +
      ',"session":' +
      quote(event.session) +
      ',"properties":' +
      event.propertiesText +
      this.#eventTail;
  }

  addTraits(kind: 'user' | 'group', id: string, timeMs: number, traitsText: string): void {
    this.#add('traits', `,"kind":"${kind}","id":${quote(id)},"time":${timeMs},"traits":${traitsText}`);
  }

  addLink(alias: string, person: string, timeMs: number): void {
    this.#add('identity_links', `,"alias":${quote(alias)},"person":${quote(person)},"time":${timeMs}`);
  }

  addDeadLetter(refusal: Refusal, body: string): void {
    this.#add(
      'dead_letters',
      `,${this.#source},"reason":"${refusal.reason}","message":${quote(refusal.message)},"name":${quote(refusal.name)},"body":${quote(cutBytes(body, DEAD_LETTER_BODY_BYTES))}`,
    );
  }

  /** Everything added so far, as bytes. */
  finish(): SpoolRows[] {
    return this.#groups.map(({ table, month, count, text }) => ({ table, month, count, bytes: Buffer.from(text, 'utf8') }));
  }

  /** A row of a table that is partitioned by `received`. */
  #add(table: SpoolTable, fields: string): void {
    const group = this.#group(table, monthOf(this.#receivedMs));
    group.count++;
    group.text += `${this.#workspace}${fields},"received":${this.#receivedMs}}\n`;
  }

  #group(table: SpoolTable, month: number): Group {
    for (const group of this.#groups) if (group.table === table && group.month === month) return group;
    const group = { table, month, count: 0, text: '' };
    this.#groups.push(group);
    return group;
  }
}

/** The longest start of `text` that takes at most `limitBytes` in UTF-8 and ends between characters. */
function cutBytes(text: string, limitBytes: number): string {
  if (text.length * 3 <= limitBytes) return text;
  const bytes = Buffer.from(text.slice(0, limitBytes), 'utf8');
  if (bytes.length <= limitBytes) return text.slice(0, limitBytes);
  let end = limitBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
