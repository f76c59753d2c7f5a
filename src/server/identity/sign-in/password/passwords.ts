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
  let nobody: Promise<string> | null = null;
  const inTurn = limitConcurrency();
  const hash = async (password: string): Promise<string> => {
    const { hashPassword } = await load();
    return inTurn(() => hashPassword(password));
  };
  return {
    hash,
    isRight: async (passwordHash, password) => {
      const { verifyPassword } = await load();
      nobody ??= hash(makeToken(randomBytes));
      const compared = passwordHash ?? (await nobody);
      const isEqual = await inTurn(() => verifyPassword({ hash: compared, password }));
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
