/** The ledger's two equations. */
import { expect, test } from 'vitest';
import { balanceOf } from './balance.ts';

const counts = { received: 10, accepted: 7, stored: 5, rejected: 2, duplicates: 1, pending: 2 };

test('a ledger that adds up is balanced', () => {
  expect(balanceOf(counts)).toEqual({ receivedOff: 0, acceptedOff: 0, isBalanced: true });
});

test('what is missing is said to the event', () => {
  expect(balanceOf({ ...counts, stored: 4 })).toEqual({ receivedOff: 0, acceptedOff: 1, isBalanced: false });
  expect(balanceOf({ ...counts, rejected: 5 })).toEqual({ receivedOff: -3, acceptedOff: 0, isBalanced: false });
});
