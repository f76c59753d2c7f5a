/** Tests of time zones against the full Temporal. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { maybeZone, offsetSpans, parseZone, toCalendarMs, toInstant, toLocalMs } from './zone.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Africa/Monrovia',
  'Asia/Gaza',
];
const instants = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2035, 0, 1) });
const utc = (text: string): number => Date.parse(text);

test('IANA names are known in any case, and nothing else is a zone', () => {
  expect(maybeZone('europe/berlin')).toBe('Europe/Berlin');
  expect(maybeZone('Asia/Kathmandu')).not.toBeNull();
  expect(maybeZone('Etc/GMT+5')).toBe('Etc/GMT+5');
  for (const name of ['', '+02:00', 'Mars/Olympus', 'Europe/Berlin; DROP', '../etc/passwd', 'Europe/', '5', "UTC'"])
    expect([name, maybeZone(name)]).toEqual([name, null]);
  expect(() => parseZone('Mars/Olympus')).toThrow('"Mars/Olympus" is not an IANA time zone');
});

test('the wall clock agrees with Temporal at any instant', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), instants, (zone, epochMs) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDateTime();
      expect(toLocalMs(zone, epochMs)).toBe(wall.toZonedDateTime('UTC').epochMilliseconds);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test('a reading of the clock is the instant that Temporal finds, or the change where the reading is skipped', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), instants, fc.integer({ min: -90, max: 90 }), (zone, near, minutes) => {
      const change = Temporal.Instant.fromEpochMilliseconds(near).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
      const localMs = toLocalMs(zone, change?.epochMilliseconds ?? near) + minutes * 60_000;
      const wall = Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO('UTC').toPlainDateTime();
      const found = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
      const isSkipped = !found.toPlainDateTime().equals(wall);
      const expected = isSkipped ? found.getTimeZoneTransition('next')?.epochMilliseconds : found.epochMilliseconds;
      expect(toInstant(zone, localMs)).toBe(expected);
    }),
    { numRuns: 1000, seed: 2 },
  );
});

test('spans of constant offset follow each other without gap', () => {
  const spans = offsetSpans('Europe/Berlin', utc('2023-01-01T00:00Z'), utc('2025-01-01T00:00Z'));
  expect(spans.map((span) => span.offsetMs / 3_600_000)).toEqual([1, 2, 1, 2, 1]);
  expect(spans[1]?.fromMs).toBe(utc('2023-03-26T01:00Z'));
  spans.slice(1).forEach((span, i) => expect(span.fromMs).toBe(spans[i]?.toMs));
  expect(offsetSpans('UTC', 0, 1)).toEqual([{ fromMs: -Infinity, toMs: Infinity, offsetMs: 0 }]);
});

test('an instant that is itself a change belongs to the new offset, whichever is asked first', () => {
  const change = utc('2031-03-30T01:00Z');
  expect(toLocalMs('Europe/Paris', change)).toBe(change + 7_200_000);
  expect(toLocalMs('Europe/Paris', change - 1)).toBe(change - 1 + 3_600_000);
});

test('the first instant of a day without midnight counts as its midnight', () => {
  const first = utc('2018-11-04T03:00Z');
  expect(new Date(toLocalMs('America/Sao_Paulo', first)).toISOString()).toBe('2018-11-04T01:00:00.000Z');
  expect(new Date(toCalendarMs('America/Sao_Paulo', first)).toISOString()).toBe('2018-11-04T00:00:00.000Z');
  expect(toCalendarMs('America/Sao_Paulo', first + 1)).toBe(toLocalMs('America/Sao_Paulo', first + 1));
});
