/** The ways in for those who have no account yet: the one-time link of the first owner, and invitations. */
import { workspaceHeader } from '../../shared/contract/identity.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Acceptance } from './members/acceptance.ts';
import { makeId } from './random-text.ts';
import type { Entry } from './sign-in/door.ts';
import { assertStrongPassword } from './sign-in/password/strength.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { Visitor } from './sign-in/visitor.ts';
import { signUpByLink, type Applicant, type SignUpParts } from './sign-up.ts';

/** What somebody says who accepts an invitation; without an account a name and a password, and an address where the invitation has none. */
export interface Accepting {
  token: string;
  name?: string | undefined;
  email?: string | undefined;
  password?: string | undefined;
}

/** Ways in for new people. What comes back is signed in. */
export interface Joining {
  /** Uses a one-time link up. @throws FORBIDDEN, CONFLICT, REQUEST_INVALID for a weak password */
  signUp(visitor: Visitor, token: string, applicant: Applicant): Promise<Entry>;
  /** Joins the workspace of an invitation, with the account that is signed in or a new one. @throws as {@link Acceptance} does */
  accept(visitor: Visitor, accepting: Accepting): Promise<Entry>;
}

/** What joining works with. */
export interface JoiningParts extends Pick<SignUpParts, 'db'> {
  signIn: Pick<SignIn, 'sessions' | 'door' | 'passwords'>;
  acceptance: Acceptance;
  clock: Clock;
  randomBytes: RandomBytes;
  /** forgets what was cached of people before this one came */
  forget: () => void;
}

const byLink = { method: 'link', providerId: null, hasSecondFactor: false } as const;

/** Joining over its parts. */
export function createJoining(parts: JoiningParts): Joining {
  const { signIn } = parts;
  const hashNewPassword = async ({ name, email, password }: Applicant): Promise<string> => {
    await assertStrongPassword(password, { known: [name, email] });
    return signIn.passwords.hash(password);
  };
  return {
    signUp: async (visitor, token, applicant) => {
      const personId = await signUpByLink({ ...parts, hashNewPassword }, token, applicant);
      parts.forget();
      return signIn.door.admit(personId, visitor, byLink);
    },
    accept: async (visitor, accepting) => {
      const signedIn = await signIn.sessions.maybeSignedIn(visitor.headers);
      if (signedIn !== null) {
        const workspaceId = await parts.acceptance.join(accepting.token, { id: signedIn.personId, email: signedIn.email });
        return readIn(parts, visitor, workspaceId);
      }
      const applicant = applicantOf(accepting, (await parts.acceptance.look(accepting.token)).email);
      const { name, email } = applicant;
      const passwordHash = await hashNewPassword(applicant);
      const person = { id: makeId('p', parts.randomBytes), name, email, passwordHash, createdMs: parts.clock.now() };
      await parts.acceptance.signUp(accepting.token, person);
      return signIn.door.admit(person.id, visitor, byLink);
    },
  };
}

async function readIn({ signIn }: JoiningParts, visitor: Visitor, workspaceId: string): Promise<Entry> {
  const headers = new Headers({ cookie: visitor.headers.get('cookie') ?? '', [workspaceHeader]: workspaceId });
  return { needsTwoFactor: false, ...(await signIn.sessions.read(headers)) };
}

function applicantOf({ name, email, password }: Accepting, invited: string | null): Applicant {
  const told = { name, email: invited ?? email, password };
  const missing = Object.entries(told).filter(([, value]) => value === undefined);
  if (missing.length === 0) return told as Applicant;
  const issues = missing.map(([path]) => ({ path, message: 'is needed for a new account' }));
  throw new Problem('REQUEST_INVALID', `A new account needs ${missing.map(([path]) => path).join(', ')}. With an account, sign in first.`, {
    issues,
  });
}
