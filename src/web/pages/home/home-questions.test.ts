/** Home says what it looks at in words, and offers the way to data that lies before its range. */
import { expect, test } from 'vitest';
import { beforeWords, rangeWords } from './home-questions.ts';
import { rangeThatShows } from './old-data.ts';

const words = (range: string): string => `events ${rangeWords({ range, zone: 'UTC' })} against ${beforeWords({ range, zone: 'UTC' })}`;

test('ranges read as a sentence', () => {
  expect([words('1d'), words('24h'), words('7d'), words('1mo'), words('2026-03-01..2026-03-05')]).toEqual([
    'events today against yesterday',
    'events in the last 24 hours against the 24 hours before',
    'events in the last 7 days against the 7 days before',
    'events this month against last month',
    'events from 1 Mar 2026 to 5 Mar 2026 against the same time before',
  ]);
});

test('history before the range is offered as the year that ends with it', () => {
  const nowMs = Date.UTC(2026, 2, 5);
  expect(rangeThatShows('2024-06-10T08:00:00Z', { range: '1d', zone: 'UTC' }, nowMs)).toBe('2023-06-11..2024-06-11');
  expect(rangeThatShows('2026-03-04T23:00:00Z', { range: '7d', zone: 'UTC' }, nowMs)).toBeNull();
});
