/** Where the hashes of passwords are kept: the `credential` account of better-auth. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';

const provider = 'credential';

/** A person who may sign in by a password. */
export interface Account {
  id: string;
  name: string;
  email: string;
  /** null: no password, only a provider */
  passwordHash: string | null;
  /** ISO */
  createdAt: string;
}

const select = (db: CatalogDatabase) =>
  db
    .selectFrom('auth_users as u')
    .leftJoin('auth_accounts as a', (join) => join.onRef('a.user_id', '=', 'u.id').on('a.provider_id', '=', provider))
    .select(['u.id', 'u.name', 'u.email', 'u.created_at', 'a.password']);

function accountOf(
  row: { id: string; name: string; email: string; created_at: unknown; password: string | null } | undefined,
): Account | null {
  if (row === undefined) return null;
  const { id, name, email, password } = row;
  // Text in SQLite, a Date from PostgreSQL.
  return { id, name, email, passwordHash: password, createdAt: new Date(row.created_at as string | Date).toISOString() };
}

/** The account of an address, whatever its capitals. */
export async function maybeAccountOf(db: CatalogDatabase, email: string): Promise<Account | null> {
  return accountOf(await select(db).where('u.email', '=', email.toLowerCase()).executeTakeFirst());
}

/** The account of a person. */
export async function maybeAccount(db: CatalogDatabase, personId: string): Promise<Account | null> {
  return accountOf(await select(db).where('u.id', '=', personId).executeTakeFirst());
}

/** Sets the password of a person, whether they had one or not; run it in a transaction. */
export async function setPassword(db: CatalogDatabase, personId: string, passwordHash: string, nowMs: number): Promise<void> {
  const at = new Date(nowMs).toISOString();
  const changed = await db
    .updateTable('auth_accounts')
    .set({ password: passwordHash, updated_at: at })
    .where('user_id', '=', personId)
    .where('provider_id', '=', provider)
    .executeTakeFirst();
  if (changed.numUpdatedRows > 0n) return;
  await db
    .insertInto('auth_accounts')
    .values({
      id: personId,
      user_id: personId,
      account_id: personId,
      provider_id: provider,
      password: passwordHash,
      created_at: at,
      updated_at: at,
    })
    .execute();
}
