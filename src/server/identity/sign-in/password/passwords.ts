/** Hashes passwords (scrypt) and compares them, a few at a time, and with the same work whether there is an account or not. */
import { Problem } from '../../../../shared/model/errors.ts';
import type { RandomBytes } from '../../../ports/clock.ts';
import { makeToken } from '../../random-text.ts';

/** Each takes some 60 ms of a processor and 32 MB. */
const mostAtOnce = 4;
const mostWaiting = 200;

/** Hashes of passwords. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether it is the password of that hash. Without a hash the same is computed, and the answer is no. */
  isRight(passwordHash: string | null, password: string): Promise<boolean>;
}

/** What hashes, as better-auth gives it. */
export interface Hasher {
  hashPassword(password: string): Promise<string>;
  verifyPassword(given: { hash: string; password: string }): Promise<boolean>;
}

const loadHasher = (): Promise<Hasher> => import('better-auth/crypto');

/** Hashes by better-auth's scrypt, or by what `load` gives. */
export function createPasswords(randomBytes: RandomBytes, load: () => Promise<Hasher> = loadHasher): Passwords {
  const inTurn = limitConcurrency();
  let nobody: string | null = null;
  return {
    hash: async (password) => {
      const { hashPassword } = await load();
      return inTurn(() => hashPassword(password));
    },
    isRight: async (passwordHash, password) => {
      const { hashPassword, verifyPassword } = await load();
      const isEqual = await inTurn(async () => {
        // The very first comparison of all makes the hash to compare with where there is no account, whichever it is.
        nobody ??= await hashPassword(makeToken(randomBytes));
        return verifyPassword({ hash: passwordHash ?? nobody, password });
      });
      return isEqual && passwordHash !== null;
    },
  };
}

/** Runs work a few at a time. @throws RATE_LIMITED when too much waits already */
function limitConcurrency(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= mostAtOnce) {
      if (waiting.length >= mostWaiting) {
        const retryAfterSeconds = 10;
        throw new Problem('RATE_LIMITED', 'Too many people sign in at this moment. Try again in 10 s.', { retryAfterSeconds });
      }
      await new Promise<void>((resolve) => void waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
