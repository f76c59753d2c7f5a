/** What admins see of the ways in that people have, and do about them: locks, second factors, links for a new password. */
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Letter } from '../../ports/mailer.ts';
import type { WayIn } from '../members/members.ts';
import type { Lockout } from '../sign-in/lockout.ts';
import { maybeMakeReset } from '../sign-in/password/reset.ts';
import { havingSecondFactor } from '../sign-in/two-factor/second-factors.ts';

/** What it works with. */
export interface WayInParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
  lockout: Lockout;
  /** where browsers find the app */
  appUrl: () => string;
  /** null: no mail is set up */
  sendMail: ((letter: Letter) => Promise<unknown>) | null;
}

/** Ways in, by what sign-in keeps. */
export function createWayIn({ db, clock, randomBytes, lockout, appUrl, sendMail }: WayInParts): WayIn {
  return {
    statesOf: async (people) => {
      const ids = people.map(({ id }) => id);
      const locked = await lockout.lockedOf(people);
      const twoFactor = await havingSecondFactor(db, ids);
      return new Map(ids.map((id) => [id, { twoFactor: twoFactor.has(id), isLocked: locked.has(id) }]));
    },
    unlock: (person) => lockout.open(person),
    offerReset: async (person) => {
      const token = await maybeMakeReset({ db, clock, randomBytes }, person.id);
      if (token === null)
        throw new Problem('RATE_LIMITED', `There are several links for ${person.name} already. They end within the hour.`, {
          retryAfterSeconds: 3_600,
        });
      const link = `${appUrl().replace(/\/$/, '')}/reset-password#token=${token}`;
      if (sendMail === null) return { sent: false, link };
      await sendMail(letterOf(person, link));
      return { sent: true, link: null };
    },
  };
}

function letterOf({ name, email }: { name: string; email: string }, url: string): Letter {
  return {
    to: email,
    subject: 'A new password',
    paragraphs: [
      `Hello ${name}, somebody who manages people in your workspace lets you choose a new password.`,
      'The link works once, within an hour. All your sessions end with it.',
    ],
    action: { label: 'Choose a new password', url },
    footer: 'If you did not ask for this, tell them; your password stays as it is until the link is used.',
  };
}
