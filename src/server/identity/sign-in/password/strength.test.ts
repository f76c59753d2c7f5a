/** Passwords that are taken, and those that are not, with the reason. */
import { expect, test } from 'vitest';
import { assertStrongPassword, strengthOf } from './strength.ts';

const known = ['Ada Lovelace', 'ada.lovelace@analytical-engines.example'];

test.each([
  ['correct horse battery', 4],
  ['k3j9x2m4qayb', 4],
  ['J4kl#vm92x', 3],
])('"%s" is strong', async (password, score) => {
  expect(await strengthOf(password, { known })).toEqual({ isStrong: true, score, advice: [] });
});

test.each([
  ['k3j9x2m4q', 'It needs 10 characters or more; this has 9.'],
  ['password1234', 'This is like a very common password.'],
  ['P@ssw0rd!2024', 'This is like a very common password.'],
  ['aaaaaaaaaaaaaaa', 'Repeated characters add nothing.'],
  ['abcdefghijkl', 'Sequences such as "abc" or "321" are guessed early.'],
  ['Ada Lovelace 1', 'It holds your name, your e-mail address or the name of the workspace.'],
  ['analytical-engines', 'It holds your name, your e-mail address or the name of the workspace.'],
  ['bellwether2026', 'It holds your name, your e-mail address or the name of the workspace.'],
])('"%s" is weak: %s', async (password, reason) => {
  const { isStrong, advice } = await strengthOf(password, { known });
  expect([isStrong, advice[0]]).toEqual([false, reason]);
});

test('one that is refused names its field; one that is too long is refused without being judged', async () => {
  await expect(assertStrongPassword('password1234', { known, field: 'newPassword' })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    extra: { issues: [{ path: 'newPassword' }] },
  });
  await expect(assertStrongPassword('x4'.repeat(65), { known })).rejects.toThrow(/130 characters/);
  await expect(assertStrongPassword('correct horse battery', { known })).resolves.toBeUndefined();
});
