/** A moment without a server does not cost a page its code. */
import { expect, test } from 'vitest';
import { loadAgain } from './load-again.ts';

const atOnce = (): Promise<void> => Promise.resolve();

test('what fails at first is tried again', async () => {
  let calls = 0;
  const load = (): Promise<string> => (++calls < 3 ? Promise.reject(new Error('away')) : Promise.resolve('code'));
  expect(await loadAgain(load, atOnce, async () => undefined)).toBe('code');
  expect(calls).toBe(3);
});

test('what is gone for good says so in the end', async () => {
  await expect(
    loadAgain(
      () => Promise.reject(new Error('gone')),
      atOnce,
      async () => undefined,
    ),
  ).rejects.toThrow('gone');
});
