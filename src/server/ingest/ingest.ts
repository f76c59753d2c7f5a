/** The way of every event: validate, enrich, protect, deduplicate, append to the spool; then whoever follows is told. */
import type { RejectReason } from '../../shared/model/event.ts';
import type { AcceptedListener } from '../ports/accepted.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdWindow, Spool, SpoolEntry, Tally } from '../ports/spool.ts';
import { DeadLetters } from './rows/dead-letters.ts';
import type { DraftReader } from './event/draft.ts';
import { enrichmentOf } from './event/enrich.ts';
import { hourOf } from './event/event-time.ts';
import { addPeopleRows } from './rows/people.ts';
import { Refusal } from './event/refusal.ts';
import { RowWriter } from './rows/row-writer.ts';
import { validate, type CheckedEvent } from './event/validate.ts';

/** An answer names at most this many events that failed. */
const ERRORS_PER_ANSWER = 100;

/** One call of one sender. */
export interface IngestCall {
  workspaceId: string;
  /** ledger source: `http`, `segment`, `posthog`, `import:<id>` ... */
  source: string;
  /** '' when the call is no import */
  importId: string;
  receivedMs: number;
  /** two letters, null when unknown */
  country: string | null;
  /** imports and backfills do not move live windows */
  isBackfill: boolean;
}

/** What became of the events of a call. received = accepted + duplicates + rejected. */
export interface IngestAnswer {
  accepted: number;
  duplicates: number;
  rejected: number;
  /** the first hundred that were rejected */
  errors: { index: number; code: RejectReason; message: string }[];
}

/** The ingest pipeline. */
export interface Ingest {
  /**
   * What became of `items`, once that is durable. An item that is a Refusal already is a dead letter as it is.
   * @throws SPOOL_FULL, DISK_FULL, STOPPING: nothing of the call was kept, sending it again is right
   */
  take(call: IngestCall, items: readonly unknown[], read: DraftReader): Promise<IngestAnswer>;
}

/** What {@link createIngest} needs. */
export interface IngestParts {
  spool: Pick<Spool, 'append'>;
  idWindow: Pick<IdWindow, 'take'>;
  clock: Clock;
  /** told in order, once per durable call */
  listeners: readonly AcceptedListener[];
}

/** An ingest pipeline over a spool. */
export function createIngest(parts: IngestParts): Ingest {
  return {
    async take(call, items, read) {
      const sorted = sortOut(call, items, read);
      if (items.length === 0) return sorted.answer;
      const { isNew, keys } = parts.idWindow.take(
        call.workspaceId,
        sorted.events.map((event) => event.id),
      );
      const fresh = keepNew(sorted, isNew);
      // The spool wants `take` and `append` in one turn; it settles or releases the keys itself.
      await parts.spool.append(toEntry(call, sorted, fresh, keys));
      if (fresh.length > 0) tell(parts, call, fresh);
      return sorted.answer;
    },
  };
}

interface Sorted {
  events: CheckedEvent[];
  rows: RowWriter;
  rejected: Record<string, number>;
  answer: IngestAnswer;
  received: number;
}

/** Every item, either a checked event or a dead letter. */
function sortOut(call: IngestCall, items: readonly unknown[], read: DraftReader): Sorted {
  const rows = new RowWriter(call);
  const letters = new DeadLetters(rows);
  const enrichment = enrichmentOf(call.country);
  const events: CheckedEvent[] = [];
  const rejected: Record<string, number> = {};
  const answer: IngestAnswer = { accepted: 0, duplicates: 0, rejected: 0, errors: [] };
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const draft = item instanceof Refusal ? item : read(item);
    const checked = draft instanceof Refusal ? draft : validate(draft, call.receivedMs, enrichment);
    if (!(checked instanceof Refusal)) {
      events.push(checked);
      continue;
    }
    answer.rejected++;
    rejected[checked.reason] = (rejected[checked.reason] ?? 0) + 1;
    if (answer.errors.length < ERRORS_PER_ANSWER) answer.errors.push({ index: i, code: checked.reason, message: checked.message });
    letters.add(checked, item);
  }
  letters.finish();
  return { events, rows, rejected, answer, received: items.length };
}

/** The events that were not seen before, counted. */
function keepNew(sorted: Sorted, isNew: readonly boolean[]): CheckedEvent[] {
  const fresh = sorted.events.filter((_, i) => isNew[i] === true);
  sorted.answer.accepted = fresh.length;
  sorted.answer.duplicates = sorted.events.length - fresh.length;
  return fresh;
}

function toEntry(call: IngestCall, sorted: Sorted, fresh: readonly CheckedEvent[], keys: BigUint64Array): SpoolEntry {
  const hours = new Set<number>();
  for (const event of fresh) {
    sorted.rows.addEvent(event);
    addPeopleRows(event, sorted.rows);
    hours.add(hourOf(event.timeMs));
  }
  const tally: Tally = { received: sorted.received, duplicates: sorted.answer.duplicates, rejected: sorted.rejected };
  return {
    workspaceId: call.workspaceId,
    source: call.source,
    tally,
    rows: sorted.rows.finish(),
    keys,
    hours: [...hours],
    receivedMs: call.receivedMs,
  };
}

function tell(parts: IngestParts, call: IngestCall, events: readonly CheckedEvent[]): void {
  const batch = {
    workspaceId: call.workspaceId,
    source: call.source,
    events,
    receivedMs: call.receivedMs,
    durableMs: parts.clock.now(),
    isBackfill: call.isBackfill,
  };
  for (const listener of parts.listeners) listener(batch);
}
