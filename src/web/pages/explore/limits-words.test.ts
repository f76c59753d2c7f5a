/** What was kept from whoever asked is told in words, and no value that may not be seen. */
import { expect, test } from 'vitest';
import { masksWords, rowsWords } from './limits-words.ts';

test('rows are told by the values that they have, or by the fields that a rule asks of', () => {
  const masks: [] = [];
  expect(rowsWords({ rows: [], masks })).toBe('all');
  expect(rowsWords({ rows: [{ fields: ['properties.country'], is: ['DE', null] }], masks })).toBe('only country is DE or missing');
  expect(rowsWords({ rows: [{ fields: ['user', 'name'] }, { fields: ['properties.shop'], is: [7] }], masks })).toBe(
    `only what a rule on user, name lets through and shop is 7`,
  );
});

test('masks are told by what they do', () => {
  expect(
    masksWords({
      rows: [],
      masks: [
        { field: 'properties.email', as: 'hash' },
        { field: 'user', as: 'hide' },
        { field: 'properties.amount', as: 'bucket', step: 10 },
        { field: 'properties.iban', as: 'last4' },
      ],
    }),
  ).toBe('email as a fingerprint; user hidden; amount in steps of 10; iban by its last four characters');
});
