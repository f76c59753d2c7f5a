/** What is printed: tables, formats, progress. */
import { describe, expect, test } from 'vitest';
import { cellText, formatRows } from './formats.ts';
import { createProgress, progressLine } from './progress.ts';
import { displayWidth, textTable } from './table.ts';

const columns = [
  { name: 'country', isNumber: false },
  { name: 'events', isNumber: true },
];
const rows = [
  ['DE', 12345.5],
  [null, 7],
  [{ others: true }, 0],
];

describe('formats', () => {
  test('a table groups digits, aligns numbers right and says what is missing', () => {
    expect(formatRows({ columns, rows }, 'table')).toBe(
      ['country    events', '───────  ────────', 'DE       12,345.5', '–               7', 'others          0', ''].join('\n'),
    );
  });

  test('CSV quotes what needs it', () => {
    expect(
      formatRows(
        {
          columns,
          rows: [
            ['a,"b"\nc', 1],
            [null, null],
          ],
        },
        'csv',
      ),
    ).toBe('country,events\n"a,""b""\nc",1\n,\n');
  });

  test('JSON and NDJSON are objects by column', () => {
    expect(JSON.parse(formatRows({ columns, rows }, 'json'))).toEqual([
      { country: 'DE', events: 12345.5 },
      { country: null, events: 7 },
      { country: { others: true }, events: 0 },
    ]);
    expect(formatRows({ columns, rows: rows.slice(0, 1) }, 'ndjson')).toBe('{"country":"DE","events":12345.5}\n');
  });

  test('missing is not zero', () => {
    expect([cellText(null), cellText(0)]).toEqual(['–', '0']);
  });
});

describe('tables', () => {
  test('wide and combining characters take the room that a terminal gives them', () => {
    expect([displayWidth('abc'), displayWidth('日本'), displayWidth('e\u0301'), displayWidth('🎉')]).toEqual([3, 4, 1, 2]);
  });

  test('control characters cannot drive the terminal', () => {
    expect(textTable([{ name: 'x', isNumber: false }], [['\u001b[31mred\n']])).not.toContain('\u001b');
  });

  test('long cells are cut', () => {
    expect(textTable([{ name: 'x', isNumber: false }], [['a'.repeat(100)]], 10)).toContain(`${'a'.repeat(9)}…`);
  });
});

describe('progress', () => {
  const state = { label: 'import', ratio: 0.5, count: 34_000, unit: 'records', startedAt: 0 };

  test('shows share, count, speed and time left', () => {
    expect(progressLine(state, 2000, 100)).toBe('import [##########----------]  50 %  34,000 records  17,000/s  2 s left');
  });

  test('is silent in a pipe and never wider than the terminal', () => {
    const written: string[] = [];
    const silent = createProgress({ isShown: false, width: 80, write: (text) => void written.push(text), now: () => 1000 });
    silent.show(state);
    silent.clear();
    expect(written).toEqual([]);
    expect(progressLine(state, 2000, 30).length).toBeLessThan(30);
  });
});
