/** What a policy lets be seen of the events, for readers that show them as they are. */
import { ruleOf, type Policy } from '../../identity/policy.ts';
import type { MaskSalt } from '../../warehouse/view/salt.ts';
import type { View } from '../../warehouse/view/view.ts';
import { visibleRows } from '../kinds/source-sql.ts';
import { ruleFor } from './rule.ts';

/** The view that `policy` gives. @throws FORBIDDEN when its rule cannot be applied */
export function viewOf(policy: Policy, maskSalt: MaskSalt): View {
  const { workspaceId } = policy;
  const { rows, masks } = ruleFor(policy);
  return {
    workspaceId,
    rows: rows === null ? null : visibleRows(rows, workspaceId),
    masks,
    salt: () => maskSalt(workspaceId),
    key: JSON.stringify([workspaceId, ruleOf(policy, 'events')]),
  };
}
