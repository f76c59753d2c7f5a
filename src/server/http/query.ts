/** Questions over HTTP. */
import { queryRoute } from '../../shared/contract/analytics.ts';
import type { Query } from '../../shared/model/query.ts';
import type { Principal } from '../identity/principal.ts';
import type { QueryEngine } from '../query/engine.ts';
import { outlineOf } from '../query/outline.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the query route needs. */
export interface QueryRouteParts {
  engine: Pick<QueryEngine, 'ask'>;
  /** holders of embed tokens may ask what their panels ask, and nothing else. @throws FORBIDDEN */
  assertMayAsk(principal: Principal, query: Query): Promise<void>;
}

/** The query route. */
export function queryRoutes({ engine, assertMayAsk }: QueryRouteParts): RouteBinding[] {
  return [
    bindRoute(queryRoute, async ({ principal, body, signal, note }) => {
      await assertMayAsk(principal, body);
      note({ detail: { ...outlineOf(body), policy: principal.policy.name } });
      const result = await engine.ask(principal.policy, body, { signal });
      note({ rows: result.rows.length });
      return result;
    }),
  ];
}
