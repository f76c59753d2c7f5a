/** Answers about workspaces: all of them, a new one, the name of one's own, and the way out. */
import {
  createWorkspaceRoute,
  leaveWorkspaceRoute,
  renameWorkspaceRoute,
  workspacesRoute,
  type WorkspaceAnswer,
} from '../../shared/contract/workspaces.ts';
import type { ListedWorkspace, Workspaces } from '../identity/members/installation.ts';
import type { Members } from '../identity/members/members.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of workspaces need. */
export interface WorkspaceRouteParts {
  workspaces: Workspaces;
  members: Pick<Members, 'leave'>;
}

/** The routes of src/shared/contract/workspaces.ts. */
export function workspaceRoutes({ workspaces, members }: WorkspaceRouteParts): RouteBinding[] {
  return [
    bindRoute(workspacesRoute, async () => ({ workspaces: (await workspaces.list()).map(workspaceAnswerOf) })),
    bindRoute(createWorkspaceRoute, async ({ principal, body, reply, note }) => {
      const { workspace, writeKey, ownerLink } = await workspaces.create(principal, body.name);
      note({ target: { kind: 'workspace', id: workspace.id } });
      reply.code(201);
      return { workspace: workspaceAnswerOf(workspace), writeKey, ownerLink };
    }),
    bindRoute(renameWorkspaceRoute, async ({ principal, body }) => {
      await workspaces.rename(principal.workspaceId, body.name);
      return { id: principal.workspaceId, name: body.name };
    }),
    bindRoute(leaveWorkspaceRoute, ({ principal }) => members.leave(principal)),
  ];
}

function workspaceAnswerOf({ id, name, createdMs, memberCount, keyCount }: ListedWorkspace): WorkspaceAnswer {
  return { id, name, createdAt: new Date(createdMs).toISOString(), memberCount, keyCount };
}
