/** Entries of the audit log are told in words that say who, and never more than is known. */
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../data/admin/audit.ts';
import { actorName, addressOf, byDay, findingPlace, gist, isErased } from './audit-words.ts';

const entry: AuditEntry = {
  seq: 7,
  at: '2026-03-05T13:02:07.000Z',
  action: 'query',
  sentence: 'asked a question',
  outcome: 'done',
  actor: { kind: 'person', id: 'p1', name: null },
  target: null,
  detail: { rows: 1, policy: 'Sellers' },
  detailCutFromBytes: null,
  personal: [{ personId: 'p1', fields: { name: 'Ada', address: '203.0.113.7' } }],
  hash: 'ab',
};

test('somebody is named as the entry knows them, and not at all once erased', () => {
  expect(actorName(entry)).toBe('Ada');
  expect(addressOf(entry)).toBe('203.0.113.7');
  const erased = { ...entry, personal: [{ personId: 'p1', fields: null }] };
  expect(actorName(erased)).toBe('Somebody who was erased');
  expect(isErased(erased)).toBe(true);
  expect(addressOf(erased)).toBe('');
});

test('the detail is told by what says most', () => {
  expect(gist(entry)).toBe('1 row · as Sellers');
  expect(gist({ ...entry, detail: null })).toBe('');
  expect(gist({ ...entry, detail: { rows: 12_000, password: { deep: 1 } } })).toBe('12,000 rows');
});

test('a question is told by its outline', () => {
  const detail = {
    kind: 'trend',
    dataset: 'events',
    metrics: ['count', 'sum properties.amount'],
    by: ['properties.country'],
    policy: 'workspace',
  };
  expect(gist({ ...entry, detail })).toBe('trend of count, sum amount by country · as workspace');
  expect(gist({ ...entry, detail: { channel: 'activity' } })).toBe('activity');
});

test('entries stand under their day', () => {
  const days = byDay([entry, { ...entry, seq: 6 }, { ...entry, seq: 5, at: '2026-03-04T10:00:00.000Z' }], (at) => at.slice(0, 10));
  expect(days.map(({ label, entries }) => [label, entries.length])).toEqual([
    ['2026-03-05', 2],
    ['2026-03-04', 1],
  ]);
});

test('a finding says where it is', () => {
  expect(findingPlace({ of: 'entry', from: 12, to: 12 })).toBe('entry 12');
  expect(findingPlace({ of: 'head', from: 2, to: 4 })).toBe('signed heads 2 to 4');
});
