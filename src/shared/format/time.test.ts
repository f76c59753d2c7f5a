/** Times are shown on the wall clock they were given in; ranges are named the way people say them. */
import { expect, test } from 'vitest';
import { formatAgo, formatBucket, formatDay, formatInstant, formatRange, formatTick, formatZone, wallMs } from './time.ts';

test('a bucket keeps the wall clock of its own offset', () => {
  expect(formatBucket('2026-03-05T14:00:00+01:00', 'hour')).toBe('Thu 5 Mar, 14:00');
  expect(formatBucket('2026-03-05T00:00:00-08:00', 'day')).toBe('Thu 5 Mar 2026');
  expect(formatBucket('2026-03-02T00:00:00Z', 'week')).toBe('Week of 2 Mar 2026');
  expect(formatBucket('2026-04-01', 'quarter')).toBe('Q2 2026');
  expect(formatBucket('nonsense', 'day')).toBe('nonsense');
});

test('midnight on an hourly axis shows its day', () => {
  expect(formatTick('2026-03-05T14:00:00+01:00', 'hour')).toBe('14:00');
  expect(formatTick('2026-03-05T00:00:00+01:00', 'hour')).toBe('5 Mar');
});

test('wall time is not an instant', () => expect(wallMs('2026-03-05T14:00:00+01:00')).toBe(Date.UTC(2026, 2, 5, 14)));

test('an instant is shown in the asked zone', () =>
  expect(formatInstant('2026-07-01T12:00:00Z', 'Europe/Berlin')).toBe('1 Jul 2026, 14:00:00'));

test('ages read like speech', () => {
  const now = Date.UTC(2026, 0, 1);
  expect([now - 500, now - 12_400, now - 180_000, now + 180_000].map((at) => formatAgo(at, now))).toEqual([
    'just now',
    '12 s ago',
    '3 min ago',
    'in 3 min',
  ]);
});

test('ranges are named the way people say them', () => {
  expect(formatRange({ last: '1d' })).toBe('Today');
  expect(formatRange({ last: '24h' })).toBe('Last 24 hours');
  expect(formatRange({ last: '1mo' })).toBe('This month');
  expect(formatRange({ from: '2026-03-05', to: '2026-03-09' })).toBe('5 Mar 2026 to 9 Mar 2026');
});

test('a zone is shown with its offset on that day', () => {
  expect(formatZone('Europe/Berlin', Date.UTC(2026, 6, 1))).toBe('Europe/Berlin (GMT+2)');
  expect(formatZone('UTC', 0)).toBe('UTC');
});

test('an instant has the day of the zone it is seen from', () => {
  expect(formatDay('2026-03-05T23:30:00Z', 'UTC')).toBe('5 Mar 2026');
  expect(formatDay('2026-03-05T23:30:00Z', 'Europe/Berlin')).toBe('6 Mar 2026');
  expect(formatDay('nonsense', 'UTC')).toBe('nonsense');
});
