/** The table twin holds exact figures, leaves out the future, and survives a spreadsheet. */
import { expect, test } from 'vitest';
import { trendResult } from './sample-results.ts';
import { csvOf, twinOf } from './twin.ts';

test('figures are exact and what has not happened is left out', () => {
  const twin = twinOf(trendResult({ events: [12_345, null, 3] }), 'Events', Date.UTC(2026, 2, 5, 1, 30));
  expect(twin.columns.map((column) => column.label)).toEqual(['time', 'events']);
  expect(twin.rows).toEqual([
    ['Thu 5 Mar, 00:00', '12,345'],
    ['Thu 5 Mar, 01:00', '–'],
  ]);
});

test('as CSV: plain numbers, quoted texts, no formulas', () => {
  const twin = {
    caption: '',
    columns: [
      { label: 'name', isNumber: false },
      { label: 'events', isNumber: true },
    ],
    rows: [
      ['=HYPERLINK("x")', '12,345'],
      ['a, b', '−3'],
      ['-x', '–'],
    ],
  };
  expect(csvOf(twin)).toBe('name,events\r\n"\'=HYPERLINK(""x"")",12345\r\n"a, b",-3\r\n\'-x,\r\n');
});
