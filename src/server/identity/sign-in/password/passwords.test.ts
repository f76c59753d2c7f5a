/** Hashing a few at a time, with the same work for an account that is not there. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPasswords, type Hasher } from './passwords.ts';

/** A hasher that counts, and holds every comparison until it is let go. */
function openHasher(): { load: () => Promise<Hasher>; compared: string[]; most: () => number; release: () => void } {
  const compared: string[] = [];
  const held: (() => void)[] = [];
  let isOpen = false;
  let running = 0;
  let most = 0;
  const hasher: Hasher = {
    hashPassword: async (password) => `hash of ${password}`,
    verifyPassword: async ({ hash, password }) => {
      compared.push(hash);
      most = Math.max(most, ++running);
      if (!isOpen) await new Promise<void>((resolve) => void held.push(resolve));
      running--;
      return hash === `hash of ${password}`;
    },
  };
  const release = () => {
    isOpen = true;
    for (const resolve of held.splice(0)) resolve();
  };
  return { load: async () => hasher, compared, most: () => most, release };
}

test('without a hash something is compared all the same, and it is never right', async () => {
  const hasher = openHasher();
  hasher.release();
  const passwords = createPasswords(randomBytes, hasher.load);
  expect(await passwords.isRight('hash of secret', 'secret')).toBe(true);
  expect(await passwords.isRight('hash of secret', 'other')).toBe(false);
  expect(await passwords.isRight(null, 'secret')).toBe(false);
  expect(hasher.compared).toHaveLength(3);
  expect(hasher.compared[2]).toMatch(/^hash of .{32}$/);
});

test('four run at a time, 200 wait, and what is beyond is told to come again', async () => {
  const hasher = openHasher();
  const passwords = createPasswords(randomBytes, hasher.load);
  const tries = Array.from({ length: 210 }, () => passwords.isRight('hash of secret', 'secret'));
  const outcomes = Promise.allSettled(tries);
  await expect(
    Promise.any(
      tries.map((each) =>
        each.then(
          () => Promise.reject(new Error('right')),
          (error: { code: string }) => error.code,
        ),
      ),
    ),
  ).resolves.toBe('RATE_LIMITED');
  hasher.release();
  const refused = (await outcomes).filter(({ status }) => status === 'rejected');
  expect([refused.length, hasher.most()]).toEqual([6, 4]);
});
