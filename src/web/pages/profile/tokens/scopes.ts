/** What a token or key may do, in words. */
import { operationsByResource } from '../../../../shared/model/permission.ts';
import type { Permission } from '../../../../shared/model/permission.ts';
import type { KeyScope } from '../../../../shared/contract/keys.ts';

/** Each bundle of permissions in a few words. */
export const bundleWords: Readonly<Record<'ask' | 'ingest' | 'admin' | 'operator', string>> = {
  ask: 'ask questions',
  ingest: 'send events',
  admin: 'everything you may',
  operator: 'run the installation',
};

function isBundle(scope: KeyScope): scope is keyof typeof bundleWords {
  return Object.hasOwn(bundleWords, scope);
}

/** The scopes of a token in a few words: bundles by their names, permissions one by one up to three. */
export function scopeWords(scopes: readonly KeyScope[]): string {
  const bundles = scopes.filter(isBundle).map((scope) => bundleWords[scope]);
  const permissions = scopes.filter((scope) => !isBundle(scope));
  const few = permissions.length > 3 ? [...permissions.slice(0, 2), `${permissions.length - 2} more`] : permissions;
  return [...bundles, ...few].join(', ');
}

/** The permissions among `held`, by resource, in the order of the matrix; resources without any are left out. */
export function permissionsByResource(held: readonly Permission[]): { resource: string; permissions: Permission[] }[] {
  return Object.entries(operationsByResource)
    .map(([resource, operations]) => ({
      resource,
      permissions: operations
        .map((operation) => `${resource}:${operation}` as Permission)
        .filter((permission) => held.includes(permission)),
    }))
    .filter(({ permissions }) => permissions.length > 0);
}

/** The instant `days` from `nowMs`, as the server takes it; null: never. */
export function expiryAfter(days: string, nowMs: number): string | null {
  return days === 'never' ? null : new Date(nowMs + Number(days) * 86_400_000).toISOString();
}
