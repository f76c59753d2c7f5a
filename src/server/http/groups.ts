/** Answers about the groups of a workspace. */
import { changeGroupRoute, createGroupRoute, deleteGroupRoute, groupsRoute } from '../../shared/contract/groups.ts';
import type { Group, Groups } from '../identity/members/groups.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/groups.ts. */
export function groupRoutes(groups: Groups): RouteBinding[] {
  return [
    bindRoute(groupsRoute, async ({ principal }) => ({ groups: await groups.list(principal.workspaceId) })),
    bindRoute(createGroupRoute, async ({ principal, body, reply, note }) => {
      const group = await groups.create(principal, body);
      note(notesOf(group));
      reply.code(201);
      return { group };
    }),
    bindRoute(changeGroupRoute, async ({ principal, params, body, note }) => {
      const group = await groups.change(principal, params.id, body);
      note(notesOf(group));
      return { group };
    }),
    bindRoute(deleteGroupRoute, ({ principal, params }) => groups.remove(principal, params.id)),
  ];
}

/** What the audit log keeps of a group as it is now. */
function notesOf({ id, roles, members }: Group) {
  return { target: { kind: 'group', id }, detail: { roles: roles.map((role) => role.id), members: members.map((member) => member.id) } };
}
