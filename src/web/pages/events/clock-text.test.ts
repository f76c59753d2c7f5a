/** Times of single events, to the millisecond, as the wall clock of the zone shows them. */
import { expect, test } from 'vitest';
import { fullClock, shortClock } from './clock-text.ts';

const nowMs = Date.parse('2026-03-05T12:00:00Z');

test('in full with the day', () => {
  expect(fullClock('2026-03-05T13:02:07.120Z', 'Europe/Berlin')).toBe('5 Mar 2026, 14:02:07.120');
  expect(fullClock('2026-03-05T23:30:00.000Z', 'Asia/Tokyo')).toBe('6 Mar 2026, 08:30:00.000');
});

test('as short as it is clear', () => {
  expect(shortClock('2026-03-05T11:02:07.005Z', 'UTC', nowMs)).toBe('11:02:07.005');
  expect(shortClock('2026-03-04T23:30:00.000Z', 'UTC', nowMs)).toBe('4 Mar, 23:30:00');
  expect(shortClock('2026-03-04T23:30:00.000Z', 'Europe/Berlin', nowMs)).toBe('00:30:00.000');
  expect(shortClock('2025-03-04T23:30:00.000Z', 'UTC', nowMs)).toBe('4 Mar 2025, 23:30');
});

test('what is no time is shown as it came', () => {
  expect(shortClock('soon', 'UTC', nowMs)).toBe('soon');
});
