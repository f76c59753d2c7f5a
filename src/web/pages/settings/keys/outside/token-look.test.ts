/** A pasted token is read where it is pasted, and told in the words of the settings. */
import { expect, test } from 'vitest';
import { checkToken, claimAt, readToken } from './token-look.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowMs = Date.UTC(2026, 2, 5);
const token = (claims: object, alg = 'HS256'): string => `${part({ alg })}.${part(claims)}.c2lnbmF0dXJl`;
const settings = {
  algorithm: 'HS256' as const,
  issuer: 'https://app.example.com',
  claims: [{ claim: 'app.seller', field: 'properties.sellerId' }],
  seesAll: { claim: 'role', is: ['operator'] },
};

test('a token is read, umlauts and all, with or without Bearer', () => {
  expect(readToken(`Bearer ${token({ name: 'Jörg' })}`).claims).toEqual({ name: 'Jörg' });
});

test('what is no token says why', () => {
  expect(() => readToken('abc')).toThrow('this has 1');
  expect(() => readToken('a.b.c')).toThrow('not JSON');
});

test('a claim is found by its very name first, then by its path', () => {
  expect(claimAt({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(1);
  expect(claimAt({ a: { b: 2 } }, 'a.b')).toBe(2);
  expect(claimAt({ a: 'x' }, 'a.length')).toBeUndefined();
});

test('a good token says which rows it sees', () => {
  const claims = { iss: 'https://app.example.com', exp: nowMs / 1000 + 60, app: { seller: ['s-1', 's-2'] } };
  const checks = checkToken(readToken(token(claims)), settings, nowMs);
  expect(checks.every((check) => check.isOk)).toBe(true);
  expect(checks.at(-1)?.words).toBe('sees rows where properties.sellerId is "s-1" or "s-2"');
});

test('an operator of the application sees all, and a token without the claim nothing', () => {
  const operator = checkToken(readToken(token({ role: 'operator' })), settings, nowMs);
  expect(operator.at(-1)).toEqual({ isOk: true, words: 'sees every row, for role is "operator"' });
  const other = checkToken(readToken(token({ exp: 1, iss: 'x' }, 'none')), settings, nowMs);
  expect(other.every((check) => !check.isOk)).toBe(true);
});
