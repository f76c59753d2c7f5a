/** What scopes allow, and who may give them away: nobody more than they have. */
import type { KeyScope } from '../../../shared/contract/keys.ts';
import { Problem } from '../../../shared/model/errors.ts';
import { isPermission, permissionsByScope, type Permission, type ScopeName } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { assertGrantable, authorityOf, type Authority } from '../members/change.ts';
import { maybeReadMember } from '../members/grants.ts';
import { seesNoMore } from '../members/rules.ts';
import type { Principal } from '../principal.ts';

/** The permissions that `scopes` amount to. A word that a newer or older version knew means nothing here. */
export function permissionsOfScopes(scopes: readonly string[]): Set<Permission> {
  return new Set(scopes.flatMap((scope) => (isBundle(scope) ? permissionsByScope[scope] : isPermission(scope) ? [scope] : [])));
}

/** What `principal` may give away at this moment. @throws FORBIDDEN when it has lost `needs`, or is no member any more */
export async function readAuthority(db: CatalogDatabase, principal: Principal, needs: Permission | null): Promise<Authority> {
  const { workspaceId, personId } = principal;
  return authorityOf(principal, needs, personId === undefined ? null : await maybeReadMember(db, workspaceId, personId));
}

/** @throws FORBIDDEN when `scopes` are more than `principal`, whose authority that is, has */
export function assertMayGive(principal: Principal, authority: Authority, scopes: readonly KeyScope[]): void {
  if (scopes.includes('operator') && !principal.isOperator)
    throw new Problem('FORBIDDEN', 'Only those who run the installation give the scope "operator" away.');
  assertGrantable(permissionsOfScopes(scopes), authority);
}

/**
 * Whether `principal` could have made what has `scopes` and sees what `rules` let be seen: only then may it have its secret.
 *
 * @throws FORBIDDEN
 */
export function assertMayHold(principal: Principal, authority: Authority, scopes: readonly KeyScope[], rules: DatasetRules): void {
  assertMayGive(principal, authority, scopes);
  if (!seesNoMore(rules, authority.rules)) throw new Problem('FORBIDDEN', 'It sees more than you may see yourself.');
}

function isBundle(scope: string): scope is ScopeName {
  return Object.hasOwn(permissionsByScope, scope);
}
