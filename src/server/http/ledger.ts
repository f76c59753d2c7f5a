/** Answers what was received and what became of it. */
import { ledgerRoute } from '../../shared/contract/ledger.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Ledger } from '../../shared/model/ledger.ts';
import { ruleOf, type Policy } from '../identity/policy.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The route of src/shared/contract/ledger.ts. */
export function ledgerRoutes(ledger: { read(workspaceId: string): Promise<Ledger> }): RouteBinding[] {
  return [
    bindRoute(ledgerRoute, ({ principal: { policy, workspaceId } }) => {
      assertSeesEveryRow(policy);
      return ledger.read(workspaceId);
    }),
  ];
}

/** The ledger counts what came in before anybody's filter could be asked of it. @throws FORBIDDEN */
function assertSeesEveryRow(policy: Policy): void {
  if (ruleOf(policy, 'events').rows.length === 0) return;
  throw new Problem('FORBIDDEN', 'The ledger counts all events of the workspace, and you may see only a part of them.');
}
