/** A role while it is edited: what differs from what was saved, and what is sent. */
import type { Permission } from '../../../../shared/model/permission.ts';
import { permissions as allPermissions } from '../../../../shared/model/permission.ts';
import type { DatasetRule, DatasetRules } from '../../../../shared/model/policy.ts';
import { formatCount } from '../../../../shared/format/number.ts';
import type { Role, RoleInput } from '../../../data/admin/roles.ts';
import { conditionOf, filtersOf } from './rules/rule-words.ts';

/** What is edited. */
export interface RoleDraft {
  name: string;
  description: string;
  permissions: ReadonlySet<Permission>;
  rules: DatasetRules;
}

/** Each test of one field as a condition of its own; "and" joins them all the same. */
function evened({ rows, masks }: DatasetRule): DatasetRule {
  return { rows: rows.flatMap((row) => filtersOf(row)?.map(conditionOf) ?? [row]), masks };
}

/** A draft of a role, or of a new one. */
export function draftOf(role: Pick<Role, 'name' | 'description' | 'permissions' | 'rules'> | null): RoleDraft {
  const rules = Object.entries(role?.rules ?? {}).map(([dataset, rule]) => [dataset, evened(rule)] as const);
  return {
    name: role?.name ?? '',
    description: role?.description ?? '',
    permissions: new Set(role?.permissions ?? []),
    rules: Object.fromEntries(rules),
  };
}

/** Rules without the datasets that have none. */
export function keptRules(rules: DatasetRules): Record<string, DatasetRule> {
  const kept = Object.entries(rules).filter(([, { rows, masks }]) => rows.length + masks.length > 0);
  return Object.fromEntries(kept.map(([dataset, { rows, masks }]) => [dataset, { rows: [...rows], masks: [...masks] }]));
}

/** What is sent; datasets without a rule are left out. */
export function inputOf({ name, description, permissions, rules }: RoleDraft): RoleInput {
  return {
    name: name.trim(),
    description: description.trim(),
    permissions: allPermissions.filter((permission) => permissions.has(permission)),
    rules: keptRules(rules),
  };
}

/** What is new in the draft, in words; empty where nothing is. */
export function changeWords(before: RoleDraft, now: RoleDraft): string[] {
  const given = [...now.permissions].filter((permission) => !before.permissions.has(permission)).length;
  const taken = [...before.permissions].filter((permission) => !now.permissions.has(permission)).length;
  const [old, next] = [inputOf(before), inputOf(now)];
  return [
    ...(old.name === next.name && old.description === next.description ? [] : ['its name or description']),
    ...(given > 0 ? [`${formatCount(given, 'permission')} given`] : []),
    ...(taken > 0 ? [`${formatCount(taken, 'permission')} taken`] : []),
    ...(JSON.stringify(old.rules) === JSON.stringify(next.rules) ? [] : ['what is seen of the data']),
  ];
}
