/** Reads the instants that people and programs write in queries. */
import { Problem } from '../model/errors.ts';
import { utcMs } from './calendar.ts';
import { toInstant } from './zone.ts';

const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * Epoch ms of `value`: epoch ms as it is, ISO 8601 with an offset as it says, a date or a date with time without an offset
 * on the wall clock of `zone` (a date alone: its local midnight). null when it is none of these.
 */
export function maybeInstant(value: string | number, zone: string): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : null;
  const match = pattern.exec(value);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const dateMs = utcMs(Number(year), Number(month) - 1, Number(day));
  const isDate = new Date(dateMs).toISOString().slice(0, 10) === `${year}-${month}-${day}`;
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const timeMs = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return offset === undefined ? toInstant(zone, dateMs + timeMs) : dateMs + timeMs - offsetMsOf(offset);
}

function offsetMsOf(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const digits = offset.replace(/\D/g, '').padEnd(4, '0');
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4))) * 60_000;
  return offset.startsWith('-') ? -ms : ms;
}

/** Like {@link maybeInstant}; `where` names the place in the query for the message. @throws QUERY_INVALID */
export function parseInstant(value: string | number, zone: string, where: string): number {
  const instant = maybeInstant(value, zone);
  if (instant !== null) return instant;
  throw new Problem(
    'QUERY_INVALID',
    `${where}: ${JSON.stringify(value)} is no instant. Use a date (2024-03-01), ISO 8601 (2024-03-01T12:00:00Z) or epoch milliseconds.`,
  );
}
