/** Attributes that the roles of a workspace ask for, found in their row filters. */
import type { DatasetRules } from '../../../../shared/model/policy.ts';

const pattern = /\{\s*person\.([A-Za-z][A-Za-z0-9_-]{0,63})\s*\}/g;

/** Names in `{person.NAME}`, without those that every account has. */
export function knownAttributes(roles: readonly { rules: DatasetRules }[]): string[] {
  const found = [...JSON.stringify(roles.map((role) => role.rules)).matchAll(pattern)].map((match) => match[1] ?? '');
  return [...new Set(found)].filter((name) => name !== 'id' && name !== 'email').sort();
}
