/** Keys are told in words that say what they open, and until when. */
import { expect, test } from 'vitest';
import type { Key } from '../../../data/admin/keys.ts';
import { isAlive, keyState, leftWords, limitWords, mayWords } from './key-words.ts';

const nowMs = Date.UTC(2026, 2, 5);
const key: Key = {
  id: 'k1',
  kind: 'api',
  name: 'Nightly',
  prefix: 'bw_a_0123',
  scopes: ['ask'],
  role: null,
  isLimited: false,
  expiresAt: null,
  callsPerMinute: null,
  origins: [],
  addresses: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: null,
  revokedAt: null,
  lastUsedAt: null,
  lastUsedFrom: null,
  overlapEndsAt: null,
};

test('a key is unused, in use, ending, ended or revoked', () => {
  expect(keyState(key, nowMs)).toBe('unused');
  expect(keyState({ ...key, lastUsedAt: '2026-03-01T00:00:00.000Z' }, nowMs)).toBe('used');
  expect(keyState({ ...key, expiresAt: '2026-03-10T00:00:00.000Z' }, nowMs)).toBe('ends-soon');
  expect(keyState({ ...key, expiresAt: '2026-03-05T00:00:00.000Z' }, nowMs)).toBe('ended');
  expect(isAlive({ ...key, revokedAt: '2026-03-01T00:00:00.000Z' }, nowMs)).toBe(false);
});

test('what it may do, and within what', () => {
  expect(mayWords(key)).toBe('ask questions');
  expect(mayWords({ ...key, role: { id: 'viewer', name: 'viewer' }, isLimited: true })).toBe(
    'ask questions, within Viewer, not all rows or columns',
  );
  expect(mayWords({ ...key, kind: 'write', scopes: ['ingest'] })).toBe('send events');
  expect(limitWords({ ...key, callsPerMinute: 6000, addresses: ['10.0.0.0/8', '192.0.2.1'] })).toEqual(['6,000 calls/min', '2 networks']);
});

test('days that are left are rounded up', () => {
  expect(leftWords('2026-03-05T01:00:00.000Z', nowMs)).toBe('1 day left');
  expect(leftWords('2026-03-14T00:00:00.000Z', nowMs)).toBe('9 days left');
});
