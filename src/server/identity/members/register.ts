/** The register of who belongs where and may do what: members, roles, groups, invitations, workspaces, and seeing as a role. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Principal } from '../principal.ts';
import { versionedCache } from '../versioned-cache.ts';
import { createAcceptance, type Acceptance } from './acceptance.ts';
import { seenAs, type Role } from './access.ts';
import type { PersonValues } from './bind.ts';
import type { ChangeParts } from './change.ts';
import { readMembers } from './grants.ts';
import { createGroups, type Groups } from './groups.ts';
import { createOperators, createWorkspaces, type Operators, type WorkspaceParts, type Workspaces } from './installation.ts';
import { createInvitations, pruneInvitations, type InvitationParts, type Invitations } from './invitations.ts';
import { createMembers, type MemberParts, type Members } from './members.ts';
import { maybeFindRole } from './role-store.ts';
import { createRoles, type Roles } from './roles.ts';

/** What the register is built on. */
export type RegisterParts = Omit<ChangeParts, 'announce'> &
  Pick<MemberParts, 'wayIn' | 'forgetPerson' | 'assertRules'> &
  Pick<InvitationParts, 'log' | 'sendMail' | 'appUrl'> &
  Pick<WorkspaceParts, 'insertWriteKey'>;

/** The register. */
export interface Register {
  members: Members;
  roles: Roles;
  groups: Groups;
  invitations: Invitations;
  acceptance: Acceptance;
  workspaces: Workspaces;
  operators: Operators;
  /** `principal` as it would be with that role, and never more than it is. @throws FORBIDDEN without roles:manage, NOT_FOUND */
  seeAs(principal: Principal, roleId: string): Promise<Principal>;
  /** Calls `listener` with the ids of people whose access was changed on this node, once that is durable. Returns how to stop. */
  onAccessChange(listener: (personIds: readonly string[]) => void): () => void;
  /** Deletes what nobody can use any more; once a day is enough. */
  prune(): Promise<void>;
}

/** How many roles and people are remembered for those who see as a role. */
const capacity = 1_000;

/** The register on the catalog. */
export function createRegister(parts: RegisterParts): Register {
  const { db, clock, version } = parts;
  const listeners = new Set<(personIds: readonly string[]) => void>();
  const all = { ...parts, announce: (personIds: readonly string[]) => listeners.forEach((listener) => listener(personIds)) };
  const previews = versionedCache<{ role: Role; values: PersonValues }>(version, clock, { maxAgeMs: Infinity, capacity });

  const loadPreview = async ({ workspaceId, personId }: Principal, roleId: string): Promise<{ role: Role; values: PersonValues }> => {
    const role = await maybeFindRole(db, workspaceId, roleId);
    if (role === null) throw new Problem('NOT_FOUND', `There is no role "${roleId}" in this workspace.`);
    const member = personId === undefined ? undefined : (await readMembers(db, { workspaceId, personId }))[0];
    return { role, values: { account: member?.person ?? null, attributes: member?.attributes ?? {} } };
  };

  return {
    members: createMembers(all),
    roles: createRoles(all),
    groups: createGroups(all),
    invitations: createInvitations(all),
    acceptance: createAcceptance(all),
    workspaces: createWorkspaces(all),
    operators: createOperators(all),
    seeAs: async (principal, roleId) => {
      if (!principal.permissions.has('roles:manage'))
        throw new Problem('FORBIDDEN', 'To see as a role needs the permission "roles:manage".');
      const key = JSON.stringify([principal.workspaceId, principal.personId ?? null, roleId]);
      const { role, values } = await previews.get(key, () => loadPreview(principal, roleId));
      const { permissions, policy } = seenAs(principal, role, values);
      return { ...principal, permissions, policy, isOperator: false, seeingAs: { id: role.id, name: role.name } };
    },
    onAccessChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    prune: () => pruneInvitations(db, clock.now()),
  };
}
