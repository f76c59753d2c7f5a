/** Who needs a second factor: everybody of the installation, or the members of a workspace. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import { raiseIdentityVersion } from '../../version.ts';
import type { WatchedVersion } from '../../versioned-cache.ts';
import { havingSecondFactor } from './second-factors.ts';

const installationFact = 'requires_two_factor';
const workspaceFact = (workspaceId: string) => `${installationFact} ${workspaceId}`;

/** The rules that hold for the members of a workspace. */
export interface Rules {
  requiresTwoFactor: boolean;
  installationRequiresTwoFactor: boolean;
  without: { id: string; name: string; email: string }[];
}

/** Rules, read and changed. */
export interface TwoFactorRules {
  read(workspaceId: string): Promise<Rules>;
  /** Says whether a workspace, or null for everybody, requires a second factor; holds at once for sessions too. */
  set(workspaceId: string | null, isRequired: boolean): Promise<void>;
}

/** Rules in the catalog. */
export function createTwoFactorRules(db: CatalogDatabase, version: WatchedVersion): TwoFactorRules {
  return {
    read: (workspaceId) => readRules(db, workspaceId),
    set: async (workspaceId, isRequired) => {
      await db.transaction().execute(async (transaction) => {
        await setRequired(transaction, workspaceId, isRequired);
        await raiseIdentityVersion(transaction);
      });
      version.forget();
    },
  };
}

/** The rules of a workspace, and who of its members has no second factor. */
async function readRules(db: CatalogDatabase, workspaceId: string): Promise<Rules> {
  const requiring = await readRequiring(db, [workspaceId]);
  const members = await db
    .selectFrom('memberships')
    .innerJoin('auth_users', 'auth_users.id', 'memberships.person_id')
    .select(['auth_users.id', 'auth_users.name', 'auth_users.email'])
    .where('memberships.workspace_id', '=', workspaceId)
    .orderBy('auth_users.name')
    .orderBy('auth_users.id')
    .execute();
  const having = await havingSecondFactor(
    db,
    members.map(({ id }) => id),
  );
  return {
    requiresTwoFactor: requiring.workspaces.has(workspaceId),
    installationRequiresTwoFactor: requiring.isEverywhere,
    without: members.filter(({ id }) => !having.has(id)),
  };
}

/** Where a second factor is required. */
export interface Requiring {
  isEverywhere: boolean;
  workspaces: ReadonlySet<string>;
}

/** Which of these workspaces require one. */
export async function readRequiring(db: CatalogDatabase, workspaceIds: readonly string[]): Promise<Requiring> {
  const names = new Map(workspaceIds.map((id) => [workspaceFact(id), id]));
  const rows = await db
    .selectFrom('facts')
    .select('name')
    .where('name', 'in', [installationFact, ...names.keys()])
    .execute();
  const workspaces = rows.flatMap(({ name }) => names.get(name) ?? []);
  return { isEverywhere: rows.some(({ name }) => name === installationFact), workspaces: new Set(workspaces) };
}

/** Whether a person has to set a second factor up before anything else; who can come by a provider has theirs there. */
export async function lacksRequiredFactor(db: CatalogDatabase, workspaceId: string, personId: string): Promise<boolean> {
  const requiring = await readRequiring(db, [workspaceId]);
  if (!requiring.isEverywhere && !requiring.workspaces.has(workspaceId)) return false;
  if ((await havingSecondFactor(db, [personId])).has(personId)) return false;
  const link = await db.selectFrom('sign_in_links').select('person_id').where('person_id', '=', personId).limit(1).executeTakeFirst();
  return link === undefined;
}

async function setRequired(db: CatalogDatabase, workspaceId: string | null, isRequired: boolean): Promise<void> {
  const name = workspaceId === null ? installationFact : workspaceFact(workspaceId);
  if (!isRequired) {
    await db.deleteFrom('facts').where('name', '=', name).execute();
    return;
  }
  await db
    .insertInto('facts')
    .values({ name, value: 'yes' })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Whether a second factor is asked of a person anywhere. */
export async function isRequiredOf(db: CatalogDatabase, personId: string): Promise<boolean> {
  const memberships = await db.selectFrom('memberships').select('workspace_id').where('person_id', '=', personId).execute();
  const requiring = await readRequiring(
    db,
    memberships.map((row) => row.workspace_id),
  );
  return requiring.isEverywhere || requiring.workspaces.size > 0;
}
