/** People, roles, groups, invitations and workspaces over HTTP: who may do what, what it answers, and seeing as a role. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { serveBindings, type Ask } from '../../../test/fixtures/serve-bindings.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import type { GroupAnswer } from '../../shared/contract/groups.ts';
import type { InvitationAnswer, MemberAnswer } from '../../shared/contract/members.ts';
import { seeAsHeader, type RoleAnswer } from '../../shared/contract/roles.ts';
import type { Route } from '../../shared/contract/route.ts';
import { permissions } from '../../shared/model/permission.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { createRegister, type Register } from '../identity/members/register.ts';
import { insertMember } from '../identity/people.ts';
import { readIdentityVersion } from '../identity/version.ts';
import { watchVersion } from '../identity/versioned-cache.ts';
import { bindRoute } from './binding.ts';
import { groupRoutes } from './groups.ts';
import { memberRoutes } from './members.ts';
import { roleRoutes } from './roles.ts';
import { workspaceRoutes } from './workspaces.ts';

const principals = {
  olga: principalFor('person', 'w1', 'olga', permissions, { personId: 'olga', isOperator: true }),
  vera: principalFor('person', 'w1', 'vera', ['events:read'], { personId: 'vera' }),
  eve: principalFor('person', 'w2', 'eve', permissions, { personId: 'eve' }),
};
const viewer = { name: 'Looks', permissions: ['events:read'] };

let register: Register;
let ask: Ask;
let accepted: unknown[];
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const { catalog, close } = await openTestCatalog();
  const { db } = catalog;
  accepted = [];
  register = createRegister({
    db,
    clock: Date,
    randomBytes,
    version: watchVersion(() => readIdentityVersion(db), Date),
    log: silentLog,
    appUrl: () => 'https://stats.example.com',
    sendMail: null,
    wayIn: {
      statesOf: async () => new Map(),
      unlock: async () => undefined,
      offerReset: async () => ({ sent: false, link: 'https://stats.example.com/reset-password#token=t' }),
    },
    assertRules: () => undefined,
    forgetPerson: async () => true,
    insertWriteKey: async () => 'bw_w_new',
  });
  for (const id of ['w1', 'w2']) await db.insertInto('workspaces').values({ id, name: id, created_at: 1, settings: '{}' }).execute();
  await addMember(db, 'olga', 'w1', 'owner');
  await addMember(db, 'vera', 'w1', 'viewer');
  await addMember(db, 'eve', 'w2', 'owner');
  const route = (method: Route['method'], access: Route['access']) =>
    ({ method, path: '/api/try', operation: `try${method}`, summary: '', tag: 'test', access, body: z.object({}).optional() }) as const;
  const tries = [
    bindRoute(route('GET', 'events:read'), async ({ principal: { policy, seeingAs } }) => ({ policy: policy.name, seeingAs })),
    bindRoute(route('POST', 'events:read'), async () => ({ asked: true })),
    bindRoute(route('PUT', 'dashboards:edit'), async () => ({ changed: true })),
    bindRoute(route('DELETE', 'signed-in'), async () => ({ changed: true })),
  ];
  const joining = {
    accept: async (_: unknown, body: unknown) => {
      accepted.push(body);
      return { needsTwoFactor: false, session: null, setCookies: ['a=1'] };
    },
  };
  const csrf = { tokenOf: (headers: Headers) => `token of ${headers.get('cookie')}` };
  const served = await serveBindings(
    [
      ...memberRoutes({ register, joining, csrf, countryOf: () => null, clock: Date }),
      ...roleRoutes(register.roles),
      ...groupRoutes(register.groups),
      ...workspaceRoutes(register),
      ...tries,
    ],
    principals,
    { seeAs: register.seeAs },
  );
  ask = served.ask;
  closing.push(served.close, close);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function addMember(db: CatalogDatabase, id: string, workspaceId: string, role: string): Promise<void> {
  const person = { id, name: id, email: `${id}@example.com`, passwordHash: 'x', createdMs: 1_780_000_000_000 };
  await db.transaction().execute((open) => insertMember(open, person, workspaceId, role));
}

describe('people', () => {
  test('are listed with what they have, and changed', async () => {
    const { body } = await ask<{ group: GroupAnswer }>('olga', 'POST', '/api/admin/groups', {
      name: 'Sales',
      roles: ['editor'],
      members: [],
    });
    const changes = { role: 'auditor', groups: [body.group.id], attributes: { seller: ['s1'] } };
    const changed = await ask<{ person: MemberAnswer }>('olga', 'PUT', '/api/admin/people/vera', changes);
    expect(changed.body.person).toEqual({
      id: 'vera',
      name: 'vera',
      email: 'vera@example.com',
      role: { id: 'auditor', name: 'auditor' },
      groups: [{ id: body.group.id, name: 'Sales' }],
      attributes: { seller: ['s1'] },
      limits: {},
      twoFactor: false,
      isLocked: false,
      isOperator: false,
      joinedAt: '2026-05-28T20:26:40.000Z',
      lastSeenAt: null,
    });
    const listed = await ask<{ people: MemberAnswer[]; total: number }>('olga', 'GET', '/api/admin/people?text=VERA');
    expect(listed.body).toMatchObject({ total: 1, people: [changed.body.person], invitations: [] });
    expect((await ask('olga', 'DELETE', '/api/admin/people/vera')).status).toBe(204);
    expect((await ask<{ total: number }>('olga', 'GET', '/api/admin/people')).body.total).toBe(1);
  });

  test('of another workspace are not found, and those who may not manage people are refused', async () => {
    for (const [method, path, body] of [
      ['PUT', '/api/admin/people/vera', { role: 'viewer' }],
      ['DELETE', '/api/admin/people/vera', undefined],
      ['POST', '/api/admin/people/vera/unlock', undefined],
      ['POST', '/api/admin/people/vera/reset-link', undefined],
    ] as const) {
      expect([method, path, (await ask('eve', method, path, body)).status]).toEqual([method, path, 404]);
      expect((await ask('vera', method, path, body)).status).toBe(403);
      expect((await ask(null, method, path, body)).status).toBe(401);
    }
    for (const path of ['/api/admin/people/vera/erase', '/api/admin/workspaces'])
      expect((await ask('eve', 'POST', path, {})).status).toBe(403);
  });

  test('have attributes with names and values that can stand in a rule', async () => {
    for (const attributes of [{ id: 'x' }, { 'a b': 'x' }, { seller: '{person.id}' }, { seller: [['x']] }, { seller: null }])
      expect((await ask('olga', 'PUT', '/api/admin/people/vera', { attributes })).status).toBe(400);
  });

  test('are let in anew by a link where there is no mail, and erased by who runs the installation', async () => {
    expect((await ask('olga', 'POST', '/api/admin/people/vera/reset-link')).body).toEqual({
      sent: false,
      link: 'https://stats.example.com/reset-password#token=t',
    });
    expect((await ask('olga', 'POST', '/api/admin/people/vera/unlock')).status).toBe(204);
    expect((await ask('olga', 'PUT', '/api/admin/people/vera/operator', { isOperator: true })).status).toBe(204);
    expect((await ask('olga', 'PUT', '/api/admin/people/vera/operator', { isOperator: false })).status).toBe(409);
    expect((await ask('olga', 'PUT', '/api/admin/people/olga/operator', { isOperator: true })).status).toBe(204);
    expect((await ask('olga', 'POST', '/api/admin/people/vera/erase')).status).toBe(204);
    expect((await ask('olga', 'DELETE', '/api/admin/people/vera')).status).toBe(404);
  });
});

describe('invitations', () => {
  test('are made, looked at without credentials, accepted, and withdrawn', async () => {
    const made = await ask<{ invitation: InvitationAnswer; link: string; sent: boolean }>('olga', 'POST', '/api/admin/invitations', {
      email: 'new@example.com',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { sent: false, invitation: { role: { id: 'viewer' }, invitedBy: 'olga', isExpired: false } },
    });
    const token = made.body.link.split('#token=')[1];
    const looked = await ask(null, 'POST', '/api/invitation/look', { token });
    expect(looked.body).toEqual({
      workspaceName: 'w1',
      email: 'new@example.com',
      roleName: 'viewer',
      hasAccount: false,
      expiresAt: made.body.invitation.expiresAt,
    });
    expect((await ask(null, 'POST', '/api/invitation/look', { token: 'guessed' })).status).toBe(404);
    const applicant = { token, name: 'New', password: 'a long enough password' };
    expect((await ask(null, 'POST', '/api/invitation/accept', applicant)).body).toEqual({
      session: null,
      hasOwner: true,
      csrf: 'token of a=1',
    });
    expect(accepted).toEqual([applicant]);
    expect((await ask('eve', 'DELETE', `/api/admin/invitations/${made.body.invitation.id}`)).status).toBe(404);
    expect((await ask('olga', 'DELETE', `/api/admin/invitations/${made.body.invitation.id}`)).status).toBe(204);
    expect((await ask(null, 'POST', '/api/invitation/look', { token })).status).toBe(404);
  });
});

describe('roles', () => {
  test('are made, changed and deleted, and say who has them', async () => {
    const { body, status } = await ask<{ role: RoleAnswer }>('olga', 'POST', '/api/admin/roles', viewer);
    expect([status, body.role]).toEqual([
      201,
      { ...viewer, id: body.role.id, description: '', isBuiltIn: false, rules: {}, memberCount: 0, groupCount: 0, invitationCount: 0 },
    ]);
    const path = `/api/admin/roles/${body.role.id}`;
    const rules = { events: { masks: [{ field: 'user', as: 'hash' }] } };
    const changed = await ask<{ role: RoleAnswer }>('olga', 'PUT', path, { ...viewer, rules });
    expect(changed.body.role.rules).toEqual({ events: { rows: [], masks: [{ field: 'user', as: 'hash' }] } });
    await ask('olga', 'PUT', '/api/admin/people/vera', { role: body.role.id });
    expect(await ask('olga', 'DELETE', path)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('in use by vera') } });
    expect((await ask('eve', 'PUT', path, viewer)).status).toBe(404);
    expect((await ask('eve', 'DELETE', path)).status).toBe(404);
    await ask('olga', 'PUT', '/api/admin/people/vera', { role: 'viewer' });
    expect((await ask('olga', 'DELETE', path)).status).toBe(204);
    expect((await ask<{ roles: RoleAnswer[] }>('olga', 'GET', '/api/admin/roles')).body.roles).toHaveLength(6);
  });

  test('can be looked as: questions are answered under the role, and nothing can be changed', async () => {
    const as = { [seeAsHeader]: 'viewer' };
    expect((await ask('olga', 'GET', '/api/try', undefined, as)).body).toEqual({
      policy: 'as:viewer',
      seeingAs: { id: 'viewer', name: 'viewer' },
    });
    expect((await ask('olga', 'POST', '/api/try', {}, as)).body).toEqual({ asked: true });
    for (const method of ['PUT', 'DELETE'] as const) {
      expect((await ask('olga', method, '/api/try', method === 'PUT' ? {} : undefined)).status).toBe(200);
      const refused = await ask('olga', method, '/api/try', method === 'PUT' ? {} : undefined, { [seeAsHeader]: 'editor' });
      expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining('seeing as the role "editor"') } });
    }
    expect((await ask('olga', 'GET', '/api/admin/people', undefined, as)).status).toBe(403);
    expect((await ask('olga', 'GET', '/api/admin/workspaces', undefined, as)).status).toBe(403);
    expect((await ask('vera', 'GET', '/api/try', undefined, as)).status).toBe(403);
    expect((await ask('olga', 'GET', '/api/try', undefined, { [seeAsHeader]: 'role_of_nobody' })).status).toBe(404);
  });
});

describe('workspaces', () => {
  test('are made by who runs the installation, renamed by their managers, and left', async () => {
    const made = await ask<{ workspace: { id: string } }>('olga', 'POST', '/api/admin/workspaces', { name: 'Second' });
    expect(made).toMatchObject({
      status: 201,
      body: { writeKey: 'bw_w_new', ownerLink: null, workspace: { name: 'Second', memberCount: 1 } },
    });
    expect((await ask<{ workspaces: unknown[] }>('olga', 'GET', '/api/admin/workspaces')).body.workspaces).toHaveLength(3);
    expect((await ask('olga', 'PUT', '/api/admin/workspace', { name: ' Shop ' })).body).toEqual({ id: 'w1', name: 'Shop' });
    expect((await ask('vera', 'PUT', '/api/admin/workspace', { name: 'Mine' })).status).toBe(403);
    expect((await ask('olga', 'POST', '/api/workspace/leave')).status).toBe(409);
    expect((await ask('vera', 'POST', '/api/workspace/leave')).status).toBe(204);
  });
});
