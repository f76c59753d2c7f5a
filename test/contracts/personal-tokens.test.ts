/** Personal tokens on both catalogs: they act as their person, and die with the membership. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { permissionsByScope } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import type { Identity } from '../../src/server/identity/identity.ts';
import { accessOf } from '../../src/server/identity/members/access.ts';
import { readMembers } from '../../src/server/identity/members/grants.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { raiseIdentityVersion } from '../../src/server/identity/version.ts';
import { credentialWorld } from '../fixtures/credential-world.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';

const german: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
const hourMs = 3_600_000;

describeOnEachCatalog('personal tokens', (place) => {
  const world = credentialWorld(place);
  let identity: Identity;
  let workspaceId: string;
  beforeEach(async () => {
    ({ identity, workspaceId } = await world.fresh());
  });
  afterEach(() => identity.close());

  const insertRole = (id: string, given: readonly string[], rules: DatasetRules): Promise<unknown> =>
    world.catalog.db
      .insertInto('roles')
      .values({
        id,
        workspace_id: workspaceId,
        name: id,
        name_key: id,
        description: '',
        permissions: JSON.stringify(given),
        rules: JSON.stringify(rules),
        created_at: 0,
        updated_at: 0,
      })
      .execute();
  const come = (secret: string, origin: string | null = null, address: string | null = null): Promise<Principal | null> =>
    identity.authenticateBearer(secret, null, { origin, address });

  let ada: Principal;
  beforeEach(async () => {
    const member = (await readMembers(world.catalog.db, { workspaceId }))[0]!;
    ada = { kind: 'person', workspaceId, id: member.person.id, personId: member.person.id, isOperator: true, ...accessOf(member) };
  });
  /** Lets a second pass after a change that the test made in the catalog itself. */
  const raise = async (): Promise<void> => {
    await raiseIdentityVersion(world.catalog.db);
    world.nowMs += 1_000;
  };

  test('are nobody while a second factor is required and there is none', async () => {
    const { secret } = await identity.tokens.create(ada, { name: 'Notebook', scopes: ['ask'], expiresAt: null });
    await identity.signIn.rules.set(workspaceId, true);
    expect(await come(secret)).toBeNull();
    const link = { person_id: ada.personId!, provider_id: 'sp', subject: 's', email: null, created_at: 0 };
    const provider = { id: 'sp', name: 'Acme', issuer: 'https://acme.example', client_id: 'c', sealed: null, settings: '{}', is_on: 1 };
    await world.catalog.db
      .insertInto('sign_in_providers')
      .values({ ...provider, created_at: 0, updated_at: 0 })
      .execute();
    await world.catalog.db.insertInto('sign_in_links').values(link).execute();
    await raise();
    expect(await come(secret)).not.toBeNull();
  });

  test('act as the person within their scopes, with what the person may do and see at the moment', async () => {
    const { token, secret } = await identity.tokens.create(ada, { name: 'Notebook', scopes: ['ask', 'keys:manage'], expiresAt: null });
    expect(secret).toMatch(/^bw_p_[\w-]{32}$/);
    expect(await come(secret)).toEqual({
      kind: 'api-key',
      workspaceId,
      id: token.id,
      personId: ada.personId,
      permissions: new Set([...permissionsByScope.ask, 'keys:manage']),
      isOperator: false,
      policy: { workspaceId, name: 'workspace', rules: {} },
    });
    await insertRole('r_sales', ['events:read', 'people:manage'], german);
    await world.catalog.db.updateTable('memberships').set({ role: 'r_sales' }).execute();
    await raise();
    expect(await come(secret)).toMatchObject({
      permissions: new Set(['events:read']),
      policy: { name: 'role:r_sales', rules: german },
    });
    await expect(identity.tokens.create(ada, { name: 'More', scopes: ['ask'], expiresAt: null })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('run the installation only where the person does, and asked for it', async () => {
    const plain = await identity.tokens.create(ada, { name: 'Plain', scopes: ['admin'], expiresAt: null });
    const spanning = await identity.tokens.create(ada, { name: 'Spanning', scopes: ['admin', 'operator'], expiresAt: null });
    const isOperator = async () => [(await come(plain.secret))?.isOperator, (await come(spanning.secret))?.isOperator];
    await world.catalog.db
      .insertInto('operators')
      .values({ person_id: ada.id, created_at: 0 })
      .onConflict((c) => c.doNothing())
      .execute();
    expect(await isOperator()).toEqual([false, true]);
    await world.catalog.db.deleteFrom('operators').execute();
    await raise();
    expect(await isOperator()).toEqual([false, false]);
  });

  test('expire, are listed, and die by themselves, with the membership, or all together', async () => {
    const make = (name: string, expiresAt: string | null = null) => identity.tokens.create(ada, { name, scopes: ['ask'], expiresAt });
    const expiring = await make('Expiring', new Date(world.nowMs + hourMs).toISOString());
    world.nowMs += hourMs;
    expect(await come(expiring.secret)).toBeNull();
    const first = await make('First');
    expect((await identity.tokens.list(ada.id)).map((each) => each.name)).toEqual(['First', 'Expiring']);
    await expect(identity.tokens.revoke('p_other', first.token.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await come(first.secret)).not.toBeNull();
    await identity.tokens.revoke(ada.id, first.token.id);
    expect(await come(first.secret)).toBeNull();
    const second = await make('Second');
    await identity.tokens.revokeAll(ada.id);
    expect([await come(second.secret), await identity.tokens.list(ada.id)]).toEqual([null, []]);
    const third = await make('Third');
    await world.catalog.db.deleteFrom('memberships').where('person_id', '=', ada.id).execute();
    await raise();
    expect([await come(third.secret), await identity.tokens.list(ada.id)]).toEqual([null, []]);
    await expect(make('Fourth')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
