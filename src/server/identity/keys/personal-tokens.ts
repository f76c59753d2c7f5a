/** Lists, makes and revokes the tokens with which people let their own programs act for them. */
import type { KeyScope } from '../../../shared/contract/keys.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { EndedCredentials } from '../ended.ts';
import type { Principal } from '../principal.ts';
import { makeId } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { WatchedVersion } from '../versioned-cache.ts';
import { assertMayGive, readAuthority } from './grant.ts';
import { makeKeySecret } from './secret-text.ts';
import { countTokens, deleteTokens, insertToken, listTokens, type PersonalToken } from './token-store.ts';
import { expiryOf } from './workspace-keys.ts';

/** Tokens that a person has in one workspace. */
const mostTokens = 100;

/** What a token is made of. */
export interface WantedToken {
  name: string;
  scopes: readonly KeyScope[];
  expiresAt: string | null;
}

/** The tokens of people. */
export interface PersonalTokens {
  /** newest first, of all workspaces */
  list(personId: string): Promise<PersonalToken[]>;
  /** @throws FORBIDDEN when it could do more than its person, CONFLICT when they have very many */
  create(person: Principal, wanted: WantedToken): Promise<{ token: PersonalToken; secret: string }>;
  /** @throws NOT_FOUND */
  revoke(personId: string, id: string): Promise<void>;
  /** All of a person, such as when somebody else may have got hold of them. */
  revokeAll(personId: string): Promise<void>;
}

/** What tokens are kept with. */
export interface PersonalTokensParts {
  db: CatalogDatabase;
  version: WatchedVersion;
  ended: EndedCredentials;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The tokens in the catalog. */
export function createPersonalTokens({ db, version, ended, clock, randomBytes }: PersonalTokensParts): PersonalTokens {
  const remove = async (personId: string, id: string | null): Promise<number> => {
    const gone = await deleteTokens(db, personId, id);
    version.forget();
    for (const principalId of gone) ended.tell({ principalId });
    return gone.length;
  };
  return {
    list: (personId) => listTokens(db, personId),
    create: async (person, { name, scopes, expiresAt }) => {
      const { workspaceId, personId } = person;
      if (personId === undefined) throw new Problem('FORBIDDEN', 'Personal tokens are for people.');
      const secret = makeKeySecret('personal', randomBytes);
      const token = await db.transaction().execute(async (transaction) => {
        await raiseIdentityVersion(transaction);
        assertMayGive(person, await readAuthority(transaction, person, null), scopes);
        if ((await countTokens(transaction, workspaceId, personId)) >= mostTokens)
          throw new Problem('CONFLICT', `You have ${mostTokens} tokens in this workspace, which is all one can have. Revoke some.`);
        return insertToken(transaction, {
          id: makeId('pt', randomBytes),
          workspaceId,
          personId,
          name,
          scopes: [...new Set(scopes)],
          createdMs: clock.now(),
          expiresMs: expiryOf(expiresAt, clock.now()),
          secret,
        });
      });
      version.forget();
      return { token, secret };
    },
    revoke: async (personId, id) => {
      if ((await remove(personId, id)) === 0) throw new Problem('NOT_FOUND', `There is no token "${id}".`);
    },
    revokeAll: async (personId) => void (await remove(personId, null)),
  };
}
