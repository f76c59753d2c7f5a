/** Answers about the roles of a workspace. */
import { changeRoleRoute, createRoleRoute, deleteRoleRoute, rolesRoute, type RoleAnswer } from '../../shared/contract/roles.ts';
import type { ListedRole, Roles } from '../identity/members/roles.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/roles.ts. */
export function roleRoutes(roles: Roles): RouteBinding[] {
  return [
    bindRoute(rolesRoute, async ({ principal }) => ({ roles: (await roles.list(principal.workspaceId)).map(roleAnswerOf) })),
    bindRoute(createRoleRoute, async ({ principal, body, reply, note }) => {
      const role = await roles.create(principal, body);
      note({ target: { kind: 'role', id: role.id }, detail: detailOf(role) });
      reply.code(201);
      return { role: roleAnswerOf(role) };
    }),
    bindRoute(changeRoleRoute, async ({ principal, params, body }) => ({
      role: roleAnswerOf(await roles.change(principal, params.id, body)),
    })),
    bindRoute(deleteRoleRoute, ({ principal, params }) => roles.remove(principal, params.id)),
  ];
}

/** What the audit log keeps of a role as it is now: names of what is limited, no values. */
function detailOf({ permissions, rules }: ListedRole) {
  const limited = Object.entries(rules).map(([dataset, { rows, masks }]) => ({
    dataset,
    filters: rows.length,
    masked: masks.map(({ field }) => field),
  }));
  return { permissions: [...permissions], limited };
}

function roleAnswerOf({
  id,
  name,
  description,
  isBuiltIn,
  permissions,
  rules,
  memberCount,
  groupCount,
  invitationCount,
}: ListedRole): RoleAnswer {
  return { id, name, description, isBuiltIn, permissions: [...permissions], rules, memberCount, groupCount, invitationCount };
}
