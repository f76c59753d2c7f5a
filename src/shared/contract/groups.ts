/** Groups: people of a workspace who have further roles together. */
import { z } from 'zod';
import { roleReference } from './roles.ts';
import type { Route } from './route.ts';

/** A group as it is listed. */
export const groupAnswer = z.object({
  id: z.string(),
  name: z.string(),
  /** what its members may do besides, within limits that add up */
  roles: z.array(roleReference),
  members: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })),
});
/** A parsed {@link groupAnswer}. */
export type GroupAnswer = z.infer<typeof groupAnswer>;

/** What a group is made of. */
export const groupBody = z.strictObject({
  name: z.string().trim().min(1).max(60),
  /** role ids; `owner` is not for groups */
  roles: z.array(z.string().min(1).max(64)).max(20),
  /** person ids */
  members: z.array(z.string().min(1).max(64)).max(5_000),
});
/** A parsed {@link groupBody}. */
export type GroupBody = z.infer<typeof groupBody>;

const id = z.object({ id: z.string().min(1).max(64) });

/** The groups of the workspace. */
export const groupsRoute = {
  method: 'GET',
  path: '/api/admin/groups',
  operation: 'groups',
  summary: 'The groups of the workspace with their roles and members, by name.',
  tag: 'people',
  access: 'people:read',
  answer: z.object({ groups: z.array(groupAnswer) }),
} as const satisfies Route;

/** Makes a group. */
export const createGroupRoute = {
  method: 'POST',
  path: '/api/admin/groups',
  operation: 'createGroup',
  summary: 'Makes a group; nobody can give its members more than they have themselves.',
  tag: 'people',
  access: 'people:manage',
  body: groupBody,
  answer: z.object({ group: groupAnswer }),
} as const satisfies Route;

/** Changes a group: its name, roles and members become those of the body. */
export const changeGroupRoute = {
  method: 'PUT',
  path: '/api/admin/groups/:id',
  operation: 'changeGroup',
  summary: 'Changes a group; its name, roles and members become those given.',
  tag: 'people',
  access: 'people:manage',
  params: id,
  body: groupBody,
  answer: z.object({ group: groupAnswer }),
} as const satisfies Route;

/** Deletes a group; its members keep what they have besides. */
export const deleteGroupRoute = {
  method: 'DELETE',
  path: '/api/admin/groups/:id',
  operation: 'deleteGroup',
  summary: 'Deletes a group; its members stay in the workspace.',
  tag: 'people',
  access: 'people:manage',
  params: id,
} as const satisfies Route;
