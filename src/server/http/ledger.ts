/** Answers what was received and what became of it. */
import { ledgerRoute } from '../../shared/contract/ledger.ts';
import type { Ledger } from '../../shared/model/ledger.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The route of src/shared/contract/ledger.ts. */
export function ledgerRoutes(ledger: { read(workspaceId: string): Promise<Ledger> }): RouteBinding[] {
  return [bindRoute(ledgerRoute, ({ principal }) => ledger.read(principal.workspaceId))];
}
