/** What a person may do and see in a workspace: everything that their role and groups allow, within all limits at once. */
import type { Attributes } from '../../../shared/contract/members.ts';
import type { Permission } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { Policy } from '../policy.ts';
import { bindRules } from './bind.ts';
import { joinRules } from './rules.ts';

/** A role, built-in or of the workspace. */
export interface Role {
  /** of a built-in role its name */
  id: string;
  name: string;
  permissions: readonly Permission[];
  /** with `{person.x}` not yet bound */
  rules: DatasetRules;
  /** nothing is known of it any more, nor of its limits: whoever has it may do nothing */
  isLost?: true;
}

/** What a member was given. */
export interface Grants {
  workspaceId: string;
  person: { id: string; email: string };
  role: Role;
  /** of their groups */
  further: readonly Role[];
  attributes: Attributes;
  /** of this member alone */
  limits: DatasetRules;
}

/** What somebody may do, and see. */
export interface Access {
  permissions: ReadonlySet<Permission>;
  policy: Policy;
}

/** The access that `grants` amount to. Permissions add up, limits too: joining a group never shows more rows. */
export function accessOf({ workspaceId, person, role, further, attributes, limits }: Grants): Access {
  const roles = [role, ...further];
  const values = { account: person, attributes };
  const rules = joinRules(...[limits, ...roles.map((each) => each.rules)].map((each) => bindRules(each, values)));
  return {
    permissions: new Set(roles.some((each) => each.isLost) ? [] : roles.flatMap((each) => each.permissions)),
    policy: { workspaceId, name: Object.keys(rules).length === 0 ? 'workspace' : nameOf(role, further), rules },
  };
}

/** `access` as `role` would have it: never more than both allow. */
export function seenAs({ permissions, policy }: Access, role: Role, values: Parameters<typeof bindRules>[1]): Access {
  return {
    permissions: new Set(role.permissions.filter((permission) => permissions.has(permission))),
    policy: { ...policy, name: `as:${role.name}`, rules: joinRules(policy.rules, bindRules(role.rules, values)) },
  };
}

function nameOf(role: Role, further: readonly Role[]): string {
  const names = [role.name, ...further.map((each) => each.name).toSorted()];
  const distinct = [...new Set(names)];
  return distinct.length === 1 ? `role:${role.name}` : `roles:${distinct.join('+')}`;
}
