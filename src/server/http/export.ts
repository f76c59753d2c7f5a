/** Events out over HTTP, as a stream that holds a few blocks in memory however large the export is. */
import { Readable } from 'node:stream';
import { exportRoute, type ExportFormat, type ExportQuery } from '../../shared/contract/export.ts';
import type { Range } from '../../shared/model/query.ts';
import { resolveRange } from '../../shared/time/range.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import type { QueryEngine } from '../query/engine.ts';
import { source } from '../query/kinds/source-sql.ts';
import { resolve } from '../query/resolve.ts';
import { viewOf } from '../query/policy/view.ts';
import { exportEvents } from '../warehouse/export.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the export route needs. */
export interface ExportParts {
  warehouse: Warehouse;
  clock: Clock;
  maskSalt: MaskSalt;
  engine: Pick<QueryEngine, 'ask'>;
}

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

/** The export route. */
export function exportRoutes({ warehouse, clock, maskSalt, engine }: ExportParts): RouteBinding[] {
  return [
    bindRoute(exportRoute, async ({ principal, query, reply, signal, note }) => {
      const resolved = resolve(principal.policy, {
        kind: 'table',
        timezone: query.timezone,
        range: rangeOf(query),
        where: query.where ?? [],
      });
      const { fromMs, toMs } = resolveRange(resolved.range, resolved.zone, clock.now());
      const rows = source(resolved, { fromMs, toMs, starts: [] });
      const count = {
        kind: 'total',
        metrics: [{ aggregate: 'count' }],
        timezone: query.timezone,
        range: rangeOf(query),
        where: query.where ?? [],
      };
      const counted = await engine.ask(principal.policy, count, { signal });
      note({ rows: Number(counted.rows[0]?.[0] ?? 0) });
      note({ detail: { format: query.format, range: rangeOf(query), policy: principal.policy.name } });
      const bytes = await exportEvents(warehouse, { rows, view: viewOf(principal.policy, maskSalt) }, query.format, { signal });
      reply.header('content-type', mediaTypes[query.format]);
      reply.header('content-disposition', `attachment; filename="events.${query.format}"`);
      return Readable.from(bytes, { objectMode: false });
    }),
  ];
}

/** Without a range everything: no event lies outside of these years. */
function rangeOf({ last, from, to }: ExportQuery): Range {
  return last === undefined ? { from: from ?? '1970-01-01', to: to ?? '2199-01-01' } : { last };
}
