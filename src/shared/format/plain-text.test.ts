/** Text from outside, made fit to be shown. */
import { expect, test } from 'vitest';
import { oneLine, plainText } from './plain-text.ts';

test('one line has no breaks and no control characters, however they are spelt', () => {
  expect(oneLine(' a\r\nBcc: b\u2028c\u0000\u001b[31md\u0085 ', 100)).toBe('a Bcc: b c [31md');
});

test('plain text keeps line feeds and tabs alone', () => {
  expect(plainText('a\r\nb\tc\u0000\u001bd', 100)).toBe('a\nb\tc  d');
});

test('what is too long is cut and says so, never within a character', () => {
  expect(oneLine('x'.repeat(30), 10)).toBe('xxxx [...]');
  const cut = plainText('😀'.repeat(10), 11);
  expect([cut, cut.isWellFormed(), cut.length <= 11]).toEqual(['😀😀� [...]', true, true]);
  expect(plainText('\ud800', 10)).toBe('�');
  expect(oneLine('ä€😀', 4)).toBe('ä€😀');
});
