/** Questions over HTTP. */
import { queryRoute } from '../../shared/contract/analytics.ts';
import type { QueryEngine } from '../query/engine.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the query route needs. */
export interface QueryRouteParts {
  engine: Pick<QueryEngine, 'ask'>;
}

/** The query route. */
export function queryRoutes({ engine }: QueryRouteParts): RouteBinding[] {
  return [bindRoute(queryRoute, ({ principal, body, signal }) => engine.ask(principal.policy, body, { signal }))];
}
