/** Letters about somebody's way in: a link for a new password, and what they should know happened to their account. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../ports/log.ts';
import type { Letter, Mailer } from '../../ports/mailer.ts';

/** Whom a letter goes to. */
export interface Addressee {
  name: string;
  email: string;
}

/** Letters, sent behind the caller's back: no answer waits for them, nor tells whether one went out. */
export interface Letters {
  /** whether there is a mail server */
  readonly canSend: boolean;
  /** @throws MAIL_FAILED */
  sendReset(to: Addressee, url: string): Promise<void>;
  tellLocked(to: Addressee, lockedMs: number): void;
  tellRecoveryCodeUsed(to: Addressee, codesLeft: number): void;
  tellPasswordChanged(to: Addressee): void;
  tellSecondFactor(to: Addressee, isOn: boolean): void;
  tellLinked(to: Addressee, providerName: string): void;
  /** Does something else behind the caller's back. */
  behind(work: Promise<unknown>): void;
  /** Resolves when everything that was begun is done, or after a while: a mail server that hangs must not keep us from stopping. */
  settle(): Promise<void>;
}

const settleMs = 5_000;
const footer = 'You get this because there is an account with this address. If it was not you, change your password and tell an admin.';

/** Letters by `mailer`; without one nothing is sent. */
export function createLetters(mailer: Mailer | null, log: Log): Letters {
  const running = new Set<Promise<unknown>>();
  const behind = (work: Promise<unknown>): void => {
    const watched: Promise<unknown> = work
      .catch((error: unknown) => log.warn({ err: error }, 'something about sign-in failed behind the answer'))
      .finally(() => running.delete(watched));
    running.add(watched);
  };
  const tell = (to: Addressee, subject: string, sentences: string[]): void => {
    if (mailer === null) return;
    behind(mailer.send({ to: to.email, subject, paragraphs: [`Hello ${to.name},`, ...sentences], footer }));
  };
  return {
    canSend: mailer !== null,
    sendReset: async (to, url) => {
      await mailer?.send(resetLetter(to, url));
    },
    tellLocked: (to, lockedMs) =>
      tell(to, 'Sign-in is locked for a while', [
        `There were too many wrong tries to sign in to your account. For the next ${wordsFor(lockedMs)} nobody can, not even with the right password.`,
        'You can come in earlier: choose "Forgot password?" on the sign-in page, or ask an admin to unlock the account.',
      ]),
    tellRecoveryCodeUsed: (to, codesLeft) =>
      tell(to, 'A recovery code was used', [
        `Somebody signed in to your account with one of its recovery codes; ${codesLeft} are left.`,
        'You can make new ones in your profile.',
      ]),
    tellPasswordChanged: (to) =>
      tell(to, 'Your password was changed', ['The password of your account was changed, and its other sessions were ended.']),
    tellSecondFactor: (to, isOn) =>
      tell(to, isOn ? 'Your second factor is on' : 'Your second factor is off', [
        isOn
          ? 'From now on signing in asks for a code of your authenticator app.'
          : 'Signing in asks for no code of an authenticator app any more.',
      ]),
    tellLinked: (to, providerName) =>
      tell(to, `${providerName} can sign in for you`, [
        `Your account was linked to ${providerName}: whoever signs in there comes in here as you.`,
      ]),
    behind,
    settle: async () => {
      const impatience = new AbortController();
      const tooLong = delay(settleMs, null, { signal: impatience.signal }).catch(() => null);
      const allDone = (async () => {
        while (running.size > 0) await Promise.all(running);
      })();
      await Promise.race([allDone, tooLong]);
      impatience.abort();
    },
  };
}

function resetLetter(to: Addressee, url: string): Letter {
  return {
    to: to.email,
    subject: 'Choose a new password',
    paragraphs: [
      `Hello ${to.name},`,
      'here is the link for a new password of your account. It can be used once, within an hour. Afterwards all sessions of your account have ended.',
    ],
    action: { label: 'Choose a new password', url },
    footer: 'You get this because somebody asked for it with your address. If it was not you, do nothing: your password stays as it is.',
  };
}

function wordsFor(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
