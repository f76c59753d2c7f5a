/** Answers how the server is: liveness, readiness, metrics, health. */
import { healthRoute, livenessRoute, metricsRoute, readinessRoute, type Readiness } from '../../shared/contract/system.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdWindow, Spool } from '../ports/spool.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the answers are made of. */
export interface SystemParts {
  version: string;
  clock: Clock;
  warehouse: Warehouse;
  spool: Spool;
  idWindow: IdWindow;
  /** throws when the catalog does not answer */
  pingCatalog: () => Promise<void>;
  /** further gauges by Prometheus name */
  gauges: () => Record<string, number>;
}

const warehouseStates = { ready: 'ready', starting: 'starting', down: 'down', stopped: 'down' } as const;

async function storesOf(parts: SystemParts): Promise<Readiness['stores']> {
  const health = parts.warehouse.health();
  const catalog = await parts.pingCatalog().then(
    () => ({ state: 'ready' as const, detail: null }),
    () => ({ state: 'down' as const, detail: 'The catalog does not answer.' }),
  );
  const { isFull } = parts.spool.state();
  return {
    warehouse: { state: warehouseStates[health.state], detail: health.state === 'ready' ? null : health.lastError },
    catalog,
    spool: {
      state: isFull ? 'down' : 'ready',
      detail: isFull ? 'The spool is full: events are refused until the warehouse has caught up.' : null,
    },
  };
}

function metricsText(parts: SystemParts, startedMs: number): string {
  const spool = parts.spool.state();
  const ids = parts.idWindow.state();
  const health = parts.warehouse.health();
  const memory = process.memoryUsage();
  const gauges: Record<string, number> = {
    bellwether_spool_segments: spool.segments,
    bellwether_spool_pending_events: spool.pendingEvents,
    bellwether_spool_pending_bytes: spool.pendingBytes,
    bellwether_spool_full: spool.isFull ? 1 : 0,
    bellwether_id_window_ids: ids.ids,
    bellwether_id_window_capacity_ids: ids.capacity,
    bellwether_id_window_age_seconds: ids.oldestMs === null ? 0 : Math.round((parts.clock.now() - ids.oldestMs) / 1000),
    bellwether_warehouse_ready: health.state === 'ready' ? 1 : 0,
    bellwether_warehouse_restarts_total: health.restarts,
    process_resident_memory_bytes: memory.rss,
    process_start_time_seconds: Math.round(startedMs / 1000),
    ...parts.gauges(),
  };
  const lines = Object.entries(gauges).map(
    ([name, value]) => `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${name} ${value}`,
  );
  return `${lines.join('\n')}\n`;
}

async function healthOf(parts: SystemParts, startedMs: number) {
  const ids = parts.idWindow.state();
  const memory = process.memoryUsage();
  return {
    version: parts.version,
    startedAt: new Date(startedMs).toISOString(),
    stores: await storesOf(parts),
    spool: parts.spool.state(),
    idWindow: {
      ids: ids.ids,
      capacity: ids.capacity,
      oldestAt: ids.oldestMs === null ? null : new Date(ids.oldestMs).toISOString(),
      runs: ids.runs,
    },
    warehouse: parts.warehouse.health(),
    process: { pid: process.pid, residentBytes: memory.rss, heapBytes: memory.heapUsed, uptimeSeconds: Math.round(process.uptime()) },
  };
}

/** The routes. */
export function systemRoutes(parts: SystemParts): RouteBinding[] {
  const startedMs = parts.clock.now();
  return [
    bindRoute(livenessRoute, async () => ({ isAlive: true as const })),
    bindRoute(readinessRoute, async ({ reply }) => {
      const stores = await storesOf(parts);
      const isReady = Object.values(stores).every((store) => store.state === 'ready');
      if (!isReady) reply.code(503).header('retry-after', '1');
      return { isReady, stores };
    }),
    bindRoute(metricsRoute, async ({ reply }) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return metricsText(parts, startedMs);
    }),
    bindRoute(healthRoute, async () => healthOf(parts, startedMs)),
  ];
}
