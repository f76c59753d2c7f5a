/** Tells whoever listens how each try to sign in ended: the audit log writes it down, the watch looks for patterns. */
import type { Log } from '../../ports/log.ts';

/** How somebody tried to come in; `link`: by signing up or an invitation; `reset`: chose a new password by a link, and is not in yet. */
export type SignInMethod = 'password' | 'provider' | 'link' | 'second-factor' | 'recovery-code' | 'reset';

/** A try to sign in, as it ended. */
export interface SignInAttempt {
  at: number;
  outcome: 'done' | 'denied';
  /** why, for the audit and never for the caller: `right`, `wrong-password`, `unknown-account`, `locked`, `wrong-code`, ... */
  reason: string;
  method: SignInMethod;
  /** null: no such account, or not known yet */
  personId: string | null;
  /** keyed hash of the e-mail address: the same for the same address; null: none was given */
  account: string | null;
  address: string;
  userAgent: string;
  /** ISO 3166 code; null: not known */
  country: string | null;
  /** of a sign-in that was done */
  sessionId: string | null;
  /** of a sign-in by a provider */
  providerId: string | null;
}

/** Hears of tries. */
export type AttemptListener = (attempt: SignInAttempt) => void | Promise<void>;

/** Tries go in, listeners hear of them. */
export interface AttemptLog {
  listen(listener: AttemptListener): void;
  /** Resolves when every listener is done, so that what is recorded is durable before the caller is answered. Never throws. */
  tell(attempt: SignInAttempt): Promise<void>;
}

/** A log without listeners yet. */
export function createAttemptLog(log: Log): AttemptLog {
  const listeners: AttemptListener[] = [];
  return {
    listen: (listener) => void listeners.push(listener),
    tell: async (attempt) => {
      await Promise.all(
        listeners.map(async (listener) => {
          try {
            await listener(attempt);
          } catch (error) {
            log.error({ err: error }, 'a sign-in could not be noted');
          }
        }),
      );
    },
  };
}
