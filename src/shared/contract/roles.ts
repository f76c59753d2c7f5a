/** Roles of a workspace: what may be done, and what of each dataset may be seen. */
import { z } from 'zod';
import { permissions as allPermissions, type Permission } from '../model/permission.ts';
import { datasetRulesSchema } from '../model/policy.ts';
import type { Route } from './route.ts';

/**
 * Header with which somebody who manages roles sees as a role would: its id. Permissions and rows are then what both allow,
 * `{person.x}` is bound to the attributes of whoever looks, and nothing can be changed.
 */
export const seeAsHeader = 'bellwether-see-as';

/** A role by its id; a built-in role's id is its name. */
export const roleReference = z.object({ id: z.string(), name: z.string() });

/** A permission, `resource:operation`. */
export const permissionSchema = z.enum(allPermissions as [Permission, ...Permission[]]);

/** A role as it is listed. */
export const roleAnswer = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** built-in roles are the same everywhere and cannot be changed */
  isBuiltIn: z.boolean(),
  permissions: z.array(permissionSchema),
  /** by dataset; a dataset that is not named is seen whole */
  rules: datasetRulesSchema,
  /** people who have it, by themselves or through a group */
  memberCount: z.number(),
  /** groups that have it */
  groupCount: z.number(),
  /** open invitations into it */
  invitationCount: z.number(),
});
/** A parsed {@link roleAnswer}. */
export type RoleAnswer = z.infer<typeof roleAnswer>;

/** What a role is made of. */
export const roleBody = z.strictObject({
  name: z.string().trim().min(1).max(60),
  description: z.string().trim().max(300).default(''),
  permissions: z.array(permissionSchema).max(allPermissions.length),
  /** a value `{person.NAME}` stands for that attribute of whoever has the role; without the attribute they see no row */
  rules: datasetRulesSchema.default({}),
});
/** A parsed {@link roleBody}. */
export type RoleBody = z.infer<typeof roleBody>;

const id = z.object({ id: z.string().min(1).max(64) });

/** The roles of the workspace. */
export const rolesRoute = {
  method: 'GET',
  path: '/api/admin/roles',
  operation: 'roles',
  summary: 'The built-in roles and those that the workspace made, with what they may do and see, and how many have them.',
  tag: 'people',
  access: 'roles:read',
  answer: z.object({ roles: z.array(roleAnswer) }),
} as const satisfies Route;

/** Makes a role. Nobody can give a role more than they have; the limits of whoever makes it become its own. */
export const createRoleRoute = {
  method: 'POST',
  path: '/api/admin/roles',
  operation: 'createRole',
  summary: 'Makes a role; it may do and see at most what its maker may.',
  tag: 'people',
  access: 'roles:manage',
  body: roleBody,
  answer: z.object({ role: roleAnswer }),
} as const satisfies Route;

/** Changes a role, for everybody who has it, at once. */
export const changeRoleRoute = {
  method: 'PUT',
  path: '/api/admin/roles/:id',
  operation: 'changeRole',
  summary: 'Changes a role for everybody who has it.',
  tag: 'people',
  access: 'roles:manage',
  params: id,
  body: roleBody,
  answer: z.object({ role: roleAnswer }),
} as const satisfies Route;

/** Deletes a role that nobody has; else CONFLICT names who does. */
export const deleteRoleRoute = {
  method: 'DELETE',
  path: '/api/admin/roles/:id',
  operation: 'deleteRole',
  summary: 'Deletes a role that is in no use; otherwise says by whom it is used.',
  tag: 'people',
  access: 'roles:manage',
  params: id,
} as const satisfies Route;
