/** The policy of a principal. */
import type { Policy, Principal } from './principal.ts';

/** What a principal may see: in this version its whole workspace. */
export function policyOf(principal: Principal): Policy {
  return { workspaceId: principal.workspaceId, name: 'workspace', rowFilter: [] };
}
