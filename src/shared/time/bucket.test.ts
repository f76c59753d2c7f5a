/** Tests of buckets: contiguous, labelled with the offset, right on the days when the clock changes. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { grains, type Grain } from '../model/query.ts';
import { bucketIndex, bucketLabel, bucketStart, bucketStarts, nextBucketStart } from './bucket.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Beirut',
];
const utc = (text: string): number => Date.parse(text);
const labels = (zone: string, grain: Grain, from: string, to: string): string[] =>
  bucketStarts(zone, grain, utc(from), utc(to)).map((start) => bucketLabel(zone, start));

test('buckets of every grain follow each other and hold what they start with', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...grains),
      fc.integer({ min: 0, max: Date.UTC(2035, 0) }),
      (zone, grain, epochMs) => {
        const start = bucketStart(zone, grain, epochMs);
        const next = nextBucketStart(zone, grain, start);
        expect(start).toBeLessThanOrEqual(epochMs);
        expect(next).toBeGreaterThan(epochMs);
        expect(bucketStart(zone, grain, start)).toBe(start);
        expect(bucketStart(zone, grain, next - 1)).toBe(start);
        expect(bucketStart(zone, grain, next)).toBe(next);
      },
    ),
    { numRuns: 3000, seed: 3 },
  );
});

test('days, weeks, months, quarters and years start where Temporal says that their first day starts', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: Date.UTC(2035, 0) }), (zone, epochMs) => {
      const date = Temporal.Instant.fromEpochMilliseconds(bucketStart(zone, 'day', epochMs))
        .toZonedDateTimeISO(zone)
        .toPlainDate();
      const at = (day: Temporal.PlainDate): number => day.toZonedDateTime(zone).startOfDay().epochMilliseconds;
      expect(bucketStart(zone, 'day', epochMs)).toBe(at(date));
      expect(bucketStart(zone, 'week', epochMs)).toBe(at(date.subtract({ days: date.dayOfWeek - 1 })));
      expect(bucketStart(zone, 'month', epochMs)).toBe(at(date.with({ day: 1 })));
      expect(bucketStart(zone, 'quarter', epochMs)).toBe(at(date.with({ day: 1, month: Math.floor((date.month - 1) / 3) * 3 + 1 })));
      expect(bucketStart(zone, 'year', epochMs)).toBe(at(date.with({ day: 1, month: 1 })));
    }),
    { numRuns: 2000, seed: 4 },
  );
});

test('the day the clock goes forward has 23 hours, the day it goes back 25', () => {
  expect(bucketStarts('Europe/Berlin', 'hour', utc('2024-03-30T23:00Z'), utc('2024-03-31T22:00Z'))).toHaveLength(23);
  const back = labels('Europe/Berlin', 'hour', '2024-10-26T22:00Z', '2024-10-27T23:00Z');
  expect(back).toHaveLength(25);
  expect(back.slice(1, 5)).toEqual([
    '2024-10-27T01:00:00+02:00',
    '2024-10-27T02:00:00+02:00',
    '2024-10-27T02:00:00+01:00',
    '2024-10-27T03:00:00+01:00',
  ]);
});

test('day labels carry the offset of their own midnight', () => {
  expect(labels('Europe/Berlin', 'day', '2024-03-30T12:00Z', '2024-04-01T12:00Z')).toEqual([
    '2024-03-30T00:00:00+01:00',
    '2024-03-31T00:00:00+01:00',
    '2024-04-01T00:00:00+02:00',
  ]);
});

test('Lord Howe moves by half an hour: an hour reading under each offset is its own bucket', () => {
  expect(labels('Australia/Lord_Howe', 'hour', '2024-04-06T14:00Z', '2024-04-06T16:30Z')).toEqual([
    '2024-04-07T01:00:00+11:00',
    '2024-04-07T01:30:00+10:30',
    '2024-04-07T02:00:00+10:30',
  ]);
  expect(labels('Australia/Lord_Howe', 'hour', '2024-10-05T14:30Z', '2024-10-05T16:30Z')).toEqual([
    '2024-10-06T01:00:00+10:30',
    '2024-10-06T02:30:00+11:00',
    '2024-10-06T03:00:00+11:00',
  ]);
  expect(
    bucketStarts('Australia/Lord_Howe', 'day', utc('2024-04-06T13:00Z'), utc('2024-04-07T13:30Z')).map((start) =>
      new Date(start).toISOString(),
    ),
  ).toEqual(['2024-04-06T13:00:00.000Z']);
});

test('hours in zones off by 30 or 45 minutes start on their own full hours', () => {
  expect(labels('Asia/Kolkata', 'hour', '2024-01-01T00:00Z', '2024-01-01T01:00Z')).toEqual([
    '2024-01-01T05:00:00+05:30',
    '2024-01-01T06:00:00+05:30',
  ]);
  expect(labels('Asia/Kathmandu', 'hour', '2024-01-01T00:15Z', '2024-01-01T01:15Z')).toEqual(['2024-01-01T06:00:00+05:45']);
});

test('where midnight is skipped the day starts at one; where it comes twice, at the first', () => {
  expect(labels('America/Sao_Paulo', 'day', '2018-11-03T12:00Z', '2018-11-05T12:00Z')).toEqual([
    '2018-11-03T00:00:00-03:00',
    '2018-11-04T01:00:00-02:00',
    '2018-11-05T00:00:00-02:00',
  ]);
  expect(labels('America/Sao_Paulo', 'day', '2018-02-17T12:00Z', '2018-02-18T12:00Z')).toEqual([
    '2018-02-17T00:00:00-02:00',
    '2018-02-18T00:00:00-03:00',
  ]);
  // St John's 2010: one minute after midnight the clock went back to 23:01 of the day before
  expect(labels('America/St_Johns', 'day', '2010-11-06T12:00Z', '2010-11-07T12:00Z')).toEqual([
    '2010-11-06T00:00:00-02:30',
    '2010-11-07T00:00:00-02:30',
  ]);
});

test('a date that never was has no bucket', () => {
  expect(labels('Pacific/Apia', 'day', '2011-12-29T12:00Z', '2011-12-31T12:00Z')).toEqual([
    '2011-12-29T00:00:00-10:00',
    '2011-12-31T00:00:00+14:00',
    '2012-01-01T00:00:00+14:00',
  ]);
});

test('weeks start on Monday, also before 1970 and over the turn of a year', () => {
  expect(labels('UTC', 'week', '2024-12-31T00:00Z', '2025-01-07T00:00Z')).toEqual([
    '2024-12-30T00:00:00+00:00',
    '2025-01-06T00:00:00+00:00',
  ]);
  expect(labels('UTC', 'week', '1969-12-31T00:00Z', '1970-01-01T00:00Z')).toEqual(['1969-12-29T00:00:00+00:00']);
});

test('months, quarters and years have their own lengths', () => {
  expect(labels('UTC', 'month', '2024-01-15T00:00Z', '2024-03-01T00:00Z')).toEqual([
    '2024-01-01T00:00:00+00:00',
    '2024-02-01T00:00:00+00:00',
  ]);
  expect(labels('UTC', 'quarter', '2024-02-15T00:00Z', '2024-07-02T00:00Z')).toEqual([
    '2024-01-01T00:00:00+00:00',
    '2024-04-01T00:00:00+00:00',
    '2024-07-01T00:00:00+00:00',
  ]);
  expect(labels('UTC', 'year', '2023-05-01T00:00Z', '2024-05-01T00:00Z')).toEqual([
    '2023-01-01T00:00:00+00:00',
    '2024-01-01T00:00:00+00:00',
  ]);
});

test('an offset with seconds is written out', () => {
  expect(bucketLabel('Africa/Monrovia', utc('1971-01-01T00:44:30Z'))).toBe('1971-01-01T00:00:00-00:44:30');
});

test('an instant is found in its bucket', () => {
  const starts = bucketStarts('Europe/Berlin', 'day', utc('2024-03-30T12:00Z'), utc('2024-04-02T12:00Z'));
  expect(bucketIndex(starts, (starts[0] as number) - 1)).toBe(-1);
  starts.forEach((start, i) => {
    expect(bucketIndex(starts, start)).toBe(i);
    expect(bucketIndex(starts, start - 1)).toBe(i - 1);
  });
});

test('a hundred thousand buckets in a zone with summer time are made and stay in order', () => {
  const starts = bucketStarts('Europe/Berlin', 'hour', utc('2010-01-01T00:00Z'), utc('2021-06-01T00:00Z'));
  expect(starts.length).toBe((utc('2021-06-01T00:00Z') - utc('2010-01-01T00:00Z')) / 3_600_000);
  expect(starts.every((start, i) => i === 0 || start > (starts[i - 1] as number))).toBe(true);
});
