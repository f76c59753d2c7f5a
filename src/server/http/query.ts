/** Questions over HTTP. */
import { queryRoute } from '../../shared/contract/analytics.ts';
import type { Policy, Principal } from '../identity/principal.ts';
import type { QueryEngine } from '../query/engine.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the query route needs. */
export interface QueryRouteParts {
  engine: Pick<QueryEngine, 'ask'>;
  /** what the caller may see */
  policyOf(principal: Principal): Policy;
}

/** The query route. */
export function queryRoutes({ engine, policyOf }: QueryRouteParts): RouteBinding[] {
  return [bindRoute(queryRoute, ({ principal, body, signal }) => engine.ask(policyOf(principal), body, { signal }))];
}
