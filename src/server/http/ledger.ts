/** Answers what became of everything that was sent. */
import { ledgerRoute } from '../../shared/contract/ledger.ts';
import type { Ledger } from '../../shared/model/ledger.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the route needs. */
export interface LedgerParts {
  read(workspaceId: string): Promise<Ledger>;
}

/** The route of the ingest ledger. */
export function ledgerRoutes({ read }: LedgerParts): RouteBinding[] {
  return [bindRoute(ledgerRoute, ({ principal }) => read(principal.workspaceId))];
}
