/** A CSRF token is good for its session and no other. */
import { expect, test } from 'vitest';
import { createCsrfTokens } from './csrf.ts';

const tokens = createCsrfTokens('a secret of at least thirty-two characters');
const cookie = (value: string, name = 'bellwether.session_token') => new Headers({ cookie: `theme=dark; ${name}=${value}; other=1` });
const mine = cookie('abcDEF123.c2lnbmF0dXJl');

test('it belongs to the session, however its cookie is signed, written and named', () => {
  const token = tokens.tokenOf(mine)!;
  for (const headers of [
    mine,
    cookie('abcDEF123.b3RoZXI%3D'),
    cookie('abcDEF123%2Ex'),
    cookie('abcDEF123.x', '__Host-bellwether.session_token'),
  ])
    expect(tokens.isValid(headers, token)).toBe(true);
});

test('it is good for no other session, under no other secret, and for nobody without a session', () => {
  const token = tokens.tokenOf(mine)!;
  expect(tokens.isValid(cookie('abcDEF124.c2lnbmF0dXJl'), token)).toBe(false);
  expect(tokens.isValid(new Headers(), token)).toBe(false);
  expect(tokens.tokenOf(new Headers({ cookie: 'theme=dark' }))).toBeNull();
  expect(createCsrfTokens('another secret of thirty-two characters').isValid(mine, token)).toBe(false);
});

test('what is no token is refused, whatever its length', () => {
  const token = tokens.tokenOf(mine)!;
  const altered = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
  for (const wrong of ['', 'x', token.slice(1), `${token}AAAA`, altered, '\u0000'.repeat(43)])
    expect(tokens.isValid(mine, wrong)).toBe(false);
});
