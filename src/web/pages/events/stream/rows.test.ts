/** The stream shows each event once, and says what it leaves out. */
import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../../../../shared/contract/events.ts';
import type { Activity } from '../../../../shared/contract/live.ts';
import { liveRows, storedOf, storedRow, waitingCount, withoutShown } from './rows.ts';

const activity = (n: number, part: Partial<Activity> = {}): Activity => ({
  n,
  name: 'page',
  time: `2026-03-05T10:00:0${n % 10}.000Z`,
  user: 'ana',
  anonymous: '',
  properties: {},
  ...part,
});
const stored = (key: string, part: Partial<StoredEvent> = {}): StoredEvent => ({
  key,
  name: 'page',
  id: '',
  time: '2026-03-05T10:00:01.000Z',
  user: 'ana',
  anonymous: '',
  session: '',
  properties: {},
  source: 'http',
  importId: '',
  received: '2026-03-05T10:00:01.000Z',
  ...part,
});

describe('live rows', () => {
  test('a step in the numbering says how many were left out', () => {
    expect(liveRows([activity(20), activity(15), activity(14)]).map((row) => row.hiddenBelow)).toEqual([4, 0, 0]);
  });

  test('a restart of the server is not taken for millions of events', () => {
    expect(liveRows([activity(9_000_000_000), activity(15)])[0]?.hiddenBelow).toBe(0);
  });
});

describe('what is stored below what is live', () => {
  test('an event that came in live is not shown again', () => {
    const live = liveRows([activity(1)]);
    expect(withoutShown([storedRow(stored('a')), storedRow(stored('b', { name: 'other' }))], live).map((row) => row.id)).toEqual(['b']);
  });

  test('two equal events stay two', () => {
    const live = liveRows([activity(1)]);
    expect(withoutShown([storedRow(stored('a')), storedRow(stored('b'))], live)).toHaveLength(1);
  });
});

describe('waiting while paused', () => {
  test('counts what came, also what is not kept', () => {
    expect(waitingCount([activity(90), activity(80)], [activity(40)])).toBe(50);
  });

  test('says nothing over a restart', () => {
    expect(waitingCount([activity(9_000_000_001), activity(40)], [activity(40)])).toBeNull();
  });

  test('counts from nothing', () => {
    expect(waitingCount([activity(2), activity(1)], [])).toBe(2);
  });
});

describe('the stored event of a live row', () => {
  test('is told from its twins by its figures', () => {
    const row = liveRows([activity(1, { properties: { amount: 7 } })])[0];
    const found = row && storedOf(row, [stored('a', { properties: { amount: 3 } }), stored('b', { properties: { amount: 7 } })]);
    expect(found?.key).toBe('b');
  });
});
