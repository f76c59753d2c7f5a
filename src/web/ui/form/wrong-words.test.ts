/** A field says what is wrong with it in words one can act on. */
import { expect, test } from 'vitest';
import { wrongWords } from './wrong-words.ts';
import type { Fault } from './wrong-words.ts';

const sound: Fault = {
  valueMissing: false,
  typeMismatch: false,
  tooShort: false,
  tooLong: false,
  patternMismatch: false,
  rangeUnderflow: false,
  rangeOverflow: false,
};

test('what is missing is told before what is wrong', () => {
  expect(wrongWords({ ...sound, valueMissing: true, tooShort: true }, { type: 'password', minLength: 8 })).toBe('This is needed.');
  expect(wrongWords({ ...sound, valueMissing: true }, { type: 'email' })).toBe('Enter an e-mail address.');
});

test('a fault names what would be right', () => {
  expect(wrongWords({ ...sound, typeMismatch: true }, { type: 'email' })).toBe('This is not an e-mail address.');
  expect(wrongWords({ ...sound, tooShort: true }, { type: 'password', minLength: 8 })).toBe('Use at least 8 characters.');
  expect(wrongWords({ ...sound, patternMismatch: true }, { type: 'text', pattern: 'Six digits.' })).toBe('Six digits.');
});
