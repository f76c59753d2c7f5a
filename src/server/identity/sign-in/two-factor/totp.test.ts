/** Codes of authenticator apps: the values of the standard, the window, the picture. */
import { base32 } from '@better-auth/utils/base32';
import { expect, test } from 'vitest';
import { maybeMatchingStep, offerTotp, totpCode } from './totp.ts';

/** The secret of RFC 6238, appendix B; its eight-digit codes end in the six digits that apps show. */
const standardSecret = '12345678901234567890';

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %i of the standard the code is %s', async (atS, code) => {
  expect(await totpCode(standardSecret, atS * 1_000)).toBe(code);
  expect(await maybeMatchingStep(standardSecret, code, atS * 1_000)).toBe(Math.floor(atS / 30));
});

test('a code counts in its time and one step before and after, and names its own step', async () => {
  const code = await totpCode(standardSecret, 300_000);
  const stepAt = (nowMs: number) => maybeMatchingStep(standardSecret, code, nowMs);
  expect(await Promise.all([270_000, 300_000, 329_999, 359_999].map(stepAt))).toEqual([10, 10, 10, 10]);
  expect(await Promise.all([269_999, 360_000].map(stepAt))).toEqual([null, null]);
});

test('what is no six digits matches nothing', async () => {
  const code = await totpCode(standardSecret, 0);
  for (const wrong of ['', code.slice(0, 5), `${code}0`, `${code.slice(0, 5)}`.padEnd(6), 'abcdef', '１２３４５６'])
    expect(await maybeMatchingStep(standardSecret, wrong, 0)).toBeNull();
});

test('an app is told the secret by address, text and picture alike', () => {
  const { uri, secret, qr } = offerTotp(standardSecret, 'Bellwether', 'ada@example.com');
  expect(Buffer.from(base32.decode(secret.replaceAll(' ', ''))).toString()).toBe(standardSecret);
  expect(new URL(uri).searchParams.get('issuer')).toBe('Bellwether');
  expect(rowsOf(qr)[0]).toMatch(/^1{7}0.*01{7}$/);
  expect(rowsOf(qr)[6]).toMatch(/^1{7}0(10)+1{7}$/);
});

/** The picture as lines of 0 and 1. */
function rowsOf({ size, path }: { size: number; path: string }): string[] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => '0'));
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    rows[Number(y)]!.fill('1', Number(x), Number(x) + Number(length));
  return rows.map((row) => row.join(''));
}
