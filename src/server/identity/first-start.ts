/** Sets an empty catalog up: the first workspace with its keys, and the way in for its owner. */
import { hash } from 'node:crypto';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { isUniqueViolation } from '../catalog/violations.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Sealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { makeKeySecret } from './keys/secret-text.ts';
import { insertKey } from './keys/store.ts';
import { makeFirstOperator } from './members/grants.ts';
import { hasOwner, insertMember, listWorkspaceIds } from './people.ts';
import { makeId } from './random-text.ts';
import { replaceSignUpLink } from './sign-up.ts';
import { raiseIdentityVersion } from './version.ts';

/** What an empty catalog is to be set up with; as config.ts reads it. */
export interface InitialSetup {
  owner: { email: string; password: string } | null;
  workspaceName: string;
  /** null: a random one */
  writeKey: string | null;
  /** a key with every scope, that of whoever runs the installation too; null: none */
  apiKey: string | null;
}

/** What the first start works with. */
export interface FirstStartParts extends Secrets {
  db: CatalogDatabase;
  hashPassword: (password: string) => Promise<string>;
  sealer: Sealer;
  clock: Clock;
  randomBytes: RandomBytes;
  log: Log;
}

/** What the start may print. */
export interface FirstStart {
  /** the oldest workspace */
  workspaceId: string;
  /** of the one-time link for the owner; null when there is one */
  signUpToken: string | null;
}

/** Brings the catalog to a workspace with keys and an owner, or a link for one. Does nothing where that is there already. */
export async function prepareFirstStart(parts: FirstStartParts, initial: InitialSetup): Promise<FirstStart> {
  await makeWorkspaceOnce(parts, initial);
  await noteSecret(parts);
  const workspaceId = (await listWorkspaceIds(parts.db))[0]!;
  if (await hasOwner(parts.db)) return { workspaceId, signUpToken: null };
  if (initial.owner === null) return { workspaceId, signUpToken: await replaceSignUpLink(parts, workspaceId, 'owner') };
  await makeOwner(parts, workspaceId, initial.owner);
  return { workspaceId, signUpToken: null };
}

/** TRICKY: several nodes may start on one empty catalog; the row `installation_id` lets one of them through. */
async function makeWorkspaceOnce({ db, sealer, clock, randomBytes }: FirstStartParts, initial: InitialSetup): Promise<void> {
  if ((await listWorkspaceIds(db)).length > 0) return;
  await db.transaction().execute(async (transaction) => {
    const first = await transaction
      .insertInto('facts')
      .values({ name: 'installation_id', value: makeId('in', randomBytes) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .execute();
    if (first.length === 0) return;
    const createdMs = clock.now();
    const workspaceId = makeId('ws', randomBytes);
    await transaction
      .insertInto('workspaces')
      .values({ id: workspaceId, name: initial.workspaceName, created_at: createdMs, settings: '{}' })
      .execute();
    const key = (kind: 'write' | 'api', name: string, secret: string | null) => ({
      id: makeId('k', randomBytes),
      workspaceId,
      kind,
      name,
      scopes: kind === 'write' ? (['ingest'] as const) : (['ask', 'ingest', 'admin', 'operator'] as const),
      secret: secret ?? makeKeySecret(kind, randomBytes),
      createdMs,
    });
    await insertKey(transaction, sealer, key('write', 'Default', initial.writeKey));
    if (initial.apiKey !== null) await insertKey(transaction, sealer, key('api', 'Initial', initial.apiKey));
  });
}

async function makeOwner(
  parts: FirstStartParts,
  workspaceId: string,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const person = {
    id: makeId('p', parts.randomBytes),
    name: email.split('@')[0]!,
    email,
    passwordHash: await parts.hashPassword(password),
    createdMs: parts.clock.now(),
  };
  try {
    await parts.db.transaction().execute(async (transaction) => {
      await insertMember(transaction, person, workspaceId, 'owner');
      await makeFirstOperator(transaction, person.id, person.createdMs);
      await raiseIdentityVersion(transaction);
    });
  } catch (error) {
    // Another node was faster with the same owner.
    if (!isUniqueViolation(error)) throw error;
  }
}

/** Says so when the catalog was used with another secret before: sessions of then end, and what only that one opens is lost. */
async function noteSecret({ db, secret, previousSecrets, log }: FirstStartParts): Promise<void> {
  const name = 'secret_fingerprint';
  const value = fingerprintOf(secret);
  const known = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
  if (known?.value === value) return;
  if (known !== undefined && previousSecrets.some((previous) => fingerprintOf(previous) === known.value))
    log.info({}, 'the secret was rotated: people must sign in again; everything that was sealed can still be opened');
  else if (known !== undefined)
    log.warn(
      {},
      'the secret is not the one that this catalog was used with: people must sign in again, and what was sealed before cannot be read',
    );
  await db
    .insertInto('facts')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

function fingerprintOf(secret: string): string {
  return hash('sha256', `bellwether secret ${secret}`, 'hex').slice(0, 16);
}
