/** Tests of event times: what is accepted, to the millisecond, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hourOf, maybeIsoTime, monthOf, readTime } from './event-time.ts';

const now = Date.UTC(2025, 5, 15, 12);

describe('ISO 8601', () => {
  test.each([
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024-02-29T10:20', Date.UTC(2024, 1, 29, 10, 20)],
    ['2024-02-29 10:20:30', Date.UTC(2024, 1, 29, 10, 20, 30)],
    ['2024-02-29T10:20:30.5', Date.UTC(2024, 1, 29, 10, 20, 30, 500)],
    ['2024-02-29T10:20:30.1239999Z', Date.UTC(2024, 1, 29, 10, 20, 30, 123)],
    ['2024-02-29T10:20:30,25z', Date.UTC(2024, 1, 29, 10, 20, 30, 250)],
    ['2012-11-24T03:14:12-08:00', Date.UTC(2012, 10, 24, 11, 14, 12)],
    ['2012-11-24T03:14:12+0530', Date.UTC(2012, 10, 23, 21, 44, 12)],
    ['2012-11-24T03:14+01', Date.UTC(2012, 10, 24, 2, 14)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2016-12-31T24:00', Date.UTC(2017, 0, 1)],
  ])('%s is read exactly', (text, ms) => {
    expect(maybeIsoTime(text)).toBe(ms);
  });

  test.each([
    '',
    '2024',
    '2024-13-01',
    '2024-02-30',
    '2023-02-29',
    '1900-02-29',
    '2024-1-1',
    '20240101',
    '2024-01-01T',
    '2024-01-01T10',
    '2024-01-01T25:00',
    '2024-01-01T24:01',
    '2024-01-01T10:60',
    '2024-01-01T10:00:61',
    '2024-01-01T10:00:00.',
    '2024-01-01T10:00:00+',
    '2024-01-01T10:00:00+1',
    '2024-01-01T10:00:00+24:00',
    '2024-01-01T10:00:00+01:60',
    '2024-01-01T10:00:00ZZ',
    '2024-01-01T10:00:00 Z',
    '2024-01-01x10:00',
    ' 2024-01-01',
    '2024-01-01 ',
    'Mon, 01 Jan 2024',
    '+012024-01-01',
    '1700000000000',
    '2024-W01-1',
    '２０２４-01-01',
  ])('%j is refused', (text) => {
    expect(maybeIsoTime(text)).toBeNaN();
  });

  test('every instant that JavaScript prints is read back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => maybeIsoTime(new Date(ms).toISOString()) === ms));
  });
});

describe('the accepted span', () => {
  test('reaches from 1970 to a day ahead', () => {
    expect(readTime(0, now)).toBe(0);
    expect(readTime('1970-01-01T00:00:00Z', now)).toBe(0);
    expect(readTime('1969-12-31T23:59:59.999Z', now)).toBe('TIME_TOO_EARLY');
    expect(readTime(-1, now)).toBe('TIME_TOO_EARLY');
    expect(readTime(now + 86_400_000, now)).toBe(now + 86_400_000);
    expect(readTime(now + 86_400_001, now)).toBe('TIME_IN_FUTURE');
    expect(readTime('9999-12-31', now)).toBe('TIME_IN_FUTURE');
  });

  test('an absent time is now, and a fraction of a millisecond is cut off', () => {
    expect(readTime(undefined, now)).toBe(now);
    expect(readTime(null, now)).toBe(now);
    expect(readTime(12.9, now)).toBe(12);
    expect(Object.is(readTime(-0.5, now), 0)).toBe(true);
  });

  test.each([[NaN], [Infinity], [true], [{}], [[]], ['soon']])('%j is not a time', (value) => {
    expect(readTime(value, now)).toBe('TIME_INVALID');
  });
});

test('month and hour agree with the calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      const date = new Date(ms);
      expect(monthOf(ms)).toBe(date.getUTCFullYear() * 100 + date.getUTCMonth() + 1);
      expect(hourOf(ms)).toBe(Math.floor(ms / 3_600_000));
    }),
  );
});
