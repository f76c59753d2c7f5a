/** Reasons in words, and counted over the sources of the ledger. */
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../shared/model/ledger.ts';
import { readableBody, reasonCounts, reasonTitle, rejectingSources } from './reasons.ts';

const counts = { received: 0, accepted: 0, stored: 0, rejected: 0, duplicates: 0, pending: 0 };
const ledger: Ledger = {
  ...counts,
  bySource: [
    { ...counts, source: 'http', rejected: 5, rejectedByReason: { NAME_MISSING: 3, NOT_JSON: 2 } },
    { ...counts, source: 'segment', rejected: 4, rejectedByReason: { NOT_JSON: 4 } },
    { ...counts, source: 'posthog', rejectedByReason: {} },
  ],
};

test('a reason is said in words', () => {
  expect(reasonTitle('NAME_MISSING')).toBe('Name missing');
  expect(reasonTitle('NOT_JSON')).toBe('Not JSON');
  expect(reasonTitle('ID_INVALID')).toBe('Id invalid');
});

test('reasons are counted over all sources or one, most first', () => {
  expect(reasonCounts(ledger, undefined)).toEqual([
    { reason: 'NOT_JSON', count: 6 },
    { reason: 'NAME_MISSING', count: 3 },
  ]);
  expect(reasonCounts(ledger, 'http')[0]).toEqual({ reason: 'NAME_MISSING', count: 3 });
  expect(rejectingSources(ledger).map(({ source }) => source)).toEqual(['http', 'segment']);
});

test('a body that is no JSON stays as it came', () => {
  expect(readableBody('{"a":1')).toBe('{"a":1');
  expect(readableBody('{"a":1}')).toBe('{\n  "a": 1\n}');
});
