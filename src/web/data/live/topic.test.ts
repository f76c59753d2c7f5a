/** Deltas land on the rows they belong to; what is late or repeated changes nothing. */
import { describe, expect, test } from 'vitest';
import type { Activity, LiveMessage } from '../../../shared/contract/live.ts';
import type { Cell, Column, Result } from '../../../shared/model/result.ts';
import { activitiesKept, applyMessage, topicKey, unknownTopic } from './topic.ts';

const columns: Column[] = [
  { name: 'bucket', type: 'bucket', unit: null, role: 'bucket' },
  { name: 'properties.country', type: 'string', unit: null, role: 'by' },
  { name: 'count', type: 'number', unit: null, role: 'metric' },
];
const hour = (at: number): string => `2026-03-05T${String(at).padStart(2, '0')}:00:00+01:00`;
const result = (rows: Cell[][]): Result => ({
  columns,
  rows,
  totals: [null, null, rows.length],
  lineage: { queryId: 'q', sql: '', watermark: '', cache: 'miss', staleMs: 0, policy: '', definitions: [], rowsRead: 0, elapsedMs: 0, range: { from: '', to: '', timezone: 'UTC' }, grain: 'hour' },
});
function message(seq: number, kind: 'snapshot' | 'delta', rows: Cell[][], removed: Cell[][] = []): LiveMessage {
  const standing = { id: 's1', seq, result: result(rows), partial: true, watermark: null };
  return kind === 'delta' ? { ...standing, kind, removed } : { ...standing, kind };
}

describe('a question', () => {
  const first = applyMessage(unknownTopic, message(1, 'snapshot', [[hour(1), 'DE', 1], [hour(1), 'AT', 2], [hour(2), 'DE', 3]]));

  test('a delta replaces rows of the same bucket and group and adds new ones', () => {
    const next = applyMessage(first, message(2, 'delta', [[hour(2), 'DE', 4], [hour(3), 'DE', 1]]));
    expect(next.result?.rows).toEqual([[hour(1), 'DE', 1], [hour(1), 'AT', 2], [hour(2), 'DE', 4], [hour(3), 'DE', 1]]);
    expect(next.seq).toBe(2);
  });

  test('removed keys are taken out', () => {
    expect(applyMessage(first, message(2, 'delta', [], [[hour(1), 'AT']])).result?.rows).toHaveLength(2);
  });

  test('a delta that is repeated after a reconnect changes nothing', () => {
    expect(applyMessage(first, message(1, 'delta', [[hour(1), 'DE', 99]]))).toBe(first);
  });

  test('a delta without the answer it changes is not shown as an answer', () => {
    expect(applyMessage(unknownTopic, message(5, 'delta', [[hour(1), 'DE', 1]])).result).toBeNull();
  });

  test('a snapshot starts anew, with a lower seq too', () => {
    const restarted = applyMessage({ ...first, seq: 90 }, message(1, 'snapshot', [[hour(5), 'DE', 5]]));
    expect(restarted.result?.rows).toEqual([[hour(5), 'DE', 5]]);
    expect(restarted.seq).toBe(1);
  });
});

describe('the activity feed', () => {
  const activity = (n: number): Activity => ({ n, name: 'visit', time: '', user: '', anonymous: '', properties: {} });
  const feed = (seq: number, kind: 'snapshot' | 'delta', ...ns: number[]): LiveMessage => ({ id: 's1', seq, kind, channel: 'activity', activities: ns.map(activity) });

  test('is newest first and never repeats a line', () => {
    const topic = applyMessage(applyMessage(unknownTopic, feed(1, 'snapshot', 3, 2, 1)), feed(2, 'delta', 2, 3, 4, 5));
    expect(topic.activities.map(({ n }) => n)).toEqual([5, 4, 3, 2, 1]);
  });

  test('is bounded', () => {
    const many = Array.from({ length: activitiesKept * 2 }, (_, n) => n);
    expect(applyMessage(unknownTopic, feed(1, 'snapshot', ...many)).activities).toHaveLength(activitiesKept);
  });
});

test('equal wishes share one key', () => {
  expect(topicKey({ query: { kind: 'total', dataset: 'events' } })).toBe(topicKey({ query: { dataset: 'events', kind: 'total' } }));
});
