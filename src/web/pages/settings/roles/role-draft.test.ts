/** A draft says what differs, and sends what was meant. */
import { expect, test } from 'vitest';
import { changeWords, draftOf, inputOf } from './role-draft.ts';

const role = {
  name: 'Sellers',
  description: '',
  permissions: ['events:read' as const],
  rules: { events: { rows: [{ field: 'properties.amount', gte: 10, lt: 20 }, { any: [{ field: 'user', exists: true }] }], masks: [] } },
};

test('an untouched draft has nothing to say', () => {
  expect(changeWords(draftOf(role), draftOf(role))).toEqual([]);
  expect(changeWords(draftOf(null), draftOf(null))).toEqual([]);
});

test('what changed is counted', () => {
  const before = draftOf(role);
  const now = { ...before, permissions: new Set(['sql:run' as const]), rules: {} };
  expect(changeWords(before, now)).toEqual(['1 permission given', '1 permission taken', 'what is seen of the data']);
});

test('conditions that cannot be edited one by one are kept as they are', () => {
  expect(inputOf(draftOf(role)).rules).toEqual({
    events: {
      rows: [{ field: 'properties.amount', gte: 10 }, { field: 'properties.amount', lt: 20 }, { any: [{ field: 'user', exists: true }] }],
      masks: [],
    },
  });
});

test('a dataset without rules is not sent', () => {
  expect(inputOf({ ...draftOf(role), rules: { events: { rows: [], masks: [] } } }).rules).toEqual({});
});
