/** Personal tokens in the catalog. Only their SHA-256 is kept; they are deleted with the membership of their person. */
import type { KeyScope } from '../../../shared/contract/keys.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { digest } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import { publicPart } from './secret-text.ts';

/** A personal token as it is known without the token itself. Instants in epoch ms. */
export interface PersonalToken {
  id: string;
  workspaceId: string;
  personId: string;
  name: string;
  prefix: string;
  scopes: KeyScope[];
  createdMs: number;
  expiresMs: number | null;
  lastUsedMs: number | null;
  lastUsedFrom: string | null;
}

/** What a new token is made of. */
export type NewPersonalToken = Pick<PersonalToken, 'id' | 'workspaceId' | 'personId' | 'name' | 'scopes' | 'createdMs' | 'expiresMs'> & {
  /** the token itself */
  secret: string;
};

const columns = [
  'id',
  'workspace_id',
  'person_id',
  'name',
  'prefix',
  'scopes',
  'created_at',
  'expires_at',
  'last_used_at',
  'last_used_from',
] as const;

interface TokenRow {
  id: string;
  workspace_id: string;
  person_id: string;
  name: string;
  prefix: string;
  scopes: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  last_used_from: string | null;
}

/** Adds a token; part of the caller's transaction. Fails with a foreign key violation for who is no member. */
export async function insertToken(db: CatalogDatabase, token: NewPersonalToken): Promise<PersonalToken> {
  const row: TokenRow = {
    id: token.id,
    workspace_id: token.workspaceId,
    person_id: token.personId,
    name: token.name,
    prefix: publicPart(token.secret),
    scopes: JSON.stringify(token.scopes),
    created_at: token.createdMs,
    expires_at: token.expiresMs,
    last_used_at: null,
    last_used_from: null,
  };
  await db
    .insertInto('personal_tokens')
    .values({ ...row, hash: digest(token.secret) })
    .execute();
  await raiseIdentityVersion(db);
  return fromRow(row);
}

/** The token of this digest, or null; null too while its person is locked out. */
export async function maybeFindToken(db: CatalogDatabase, secretDigest: string): Promise<PersonalToken | null> {
  const row = await db
    .selectFrom('personal_tokens')
    .select(columns)
    .where('hash', '=', secretDigest)
    .where('person_id', 'not in', db.selectFrom('locked_people').select('person_id'))
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The tokens of a person in all workspaces, newest first. */
export async function listTokens(db: CatalogDatabase, personId: string): Promise<PersonalToken[]> {
  const rows = await db
    .selectFrom('personal_tokens')
    .select(columns)
    .where('person_id', '=', personId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** How many tokens a person has in a workspace. */
export async function countTokens(db: CatalogDatabase, workspaceId: string, personId: string): Promise<number> {
  const row = await db
    .selectFrom('personal_tokens')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Deletes tokens of a person: all, or the one of that id. Resolves to the ids of those that are gone. */
export async function deleteTokens(db: CatalogDatabase, personId: string, id: string | null): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    const ofPerson = transaction.deleteFrom('personal_tokens').where('person_id', '=', personId);
    const deleted = await (id === null ? ofPerson : ofPerson.where('id', '=', id)).returning('id').execute();
    if (deleted.length > 0) await raiseIdentityVersion(transaction);
    return deleted.map((row) => row.id);
  });
}

/** Notes that a token was used, and from where. */
export async function touchToken(db: CatalogDatabase, id: string, nowMs: number, address: string | null): Promise<void> {
  await db.updateTable('personal_tokens').set({ last_used_at: nowMs, last_used_from: address }).where('id', '=', id).execute();
}

function fromRow(row: TokenRow): PersonalToken {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    personId: row.person_id,
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as KeyScope[],
    createdMs: row.created_at,
    expiresMs: row.expires_at,
    lastUsedMs: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
