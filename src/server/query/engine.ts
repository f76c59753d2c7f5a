/** The query engine: resolve, plan, then compile, run and shape behind a cache and a single flight. */
import { Problem } from '../../shared/model/errors.ts';
import type { Result } from '../../shared/model/result.ts';
import type { Policy } from '../identity/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import { Budget } from './budget.ts';
import { VersionedCache, type CacheStatistics } from './cache.ts';
import { answerBreakdown } from './kinds/breakdown.ts';
import type { Answer, Ask } from './kinds/answer.ts';
import { answerTable } from './kinds/table.ts';
import { answerTotal } from './kinds/total.ts';
import { answerTrend } from './kinds/trend.ts';
import { limitsOf } from './policy/limits.ts';
import { defaultLimits, plan, type Plan, type QueryLimits } from './plan.ts';
import { refusal } from './refusal.ts';
import { asksPerson, filtersPerson, resolve, type ResolvedQuery } from './resolve.ts';
import { SingleFlight } from './run.ts';
import { sizeOf, toResult, type Asker, type Kept } from './shape.ts';

/** What the engine needs of the world. */
export interface QueryEngineDeps {
  /** with `ready` a question waits a little for a warehouse that is being restarted */
  warehouse: Pick<Warehouse, 'ask'> & Partial<Pick<Warehouse, 'ready'>>;
  clock: Clock;
  newId: () => string;
  /** what masked values are hashed with */
  maskSalt: MaskSalt;
  /** a text that changes whenever rows of the dataset in these UTC hours `[from, to)` do; without it nothing is cached */
  cellVersion?: (workspaceId: string, dataset: string, fromHour: number, toHour: number) => string;
  /** everything that the workspace received up to here is answerable, epoch ms; null: nothing came yet */
  watermark?: (workspaceId: string) => number | null;
  limits?: Partial<QueryLimits>;
  /** default 64 MiB */
  cacheBytes?: number;
}

/** Answers questions. */
export interface QueryEngine {
  /**
   * The answer to `input` under `policy`; shared with other callers, so it must not be changed.
   * @throws QUERY_INVALID, FIELD_UNKNOWN, METRIC_UNKNOWN, DATASET_UNKNOWN, QUERY_TIMEOUT, QUERY_OVER_BUDGET, QUERY_CANCELLED, WAREHOUSE_UNAVAILABLE
   */
  ask(policy: Policy, input: unknown, options?: { signal?: AbortSignal }): Promise<Result>;
  statistics(): QueryStatistics;
  /** forgets all kept answers */
  clearCache(): void;
}

/** What the engine has done since it was made. */
export interface QueryStatistics {
  asked: number;
  /** questions that joined one already in flight or were answered from the cache */
  saved: number;
  inFlight: number;
  cache: CacheStatistics;
}

const kinds: Record<ResolvedQuery['kind'], (plan: Plan, ask: Ask) => Promise<Answer>> = {
  total: answerTotal,
  trend: answerTrend,
  breakdown: answerBreakdown,
  table: answerTable,
};

const hourMs = 3_600_000;
/** longer than a killed embedded warehouse takes to come back */
const restartMs = 5_000;
const defaultCacheBytes = 64 * 1024 * 1024;

/** A query engine over a warehouse. */
export function createQueryEngine(deps: QueryEngineDeps): QueryEngine {
  const limits = { ...defaultLimits, ...deps.limits };
  const flights = new SingleFlight<Kept>();
  const cache = new VersionedCache<Kept>(deps.cacheBytes ?? defaultCacheBytes);
  const watermarkMs = (query: ResolvedQuery): number | null =>
    deps.watermark === undefined ? deps.clock.now() : deps.watermark(query.workspaceId);
  let asked = 0;
  let started = 0;

  async function compute(planned: Plan, key: string, version: string | null, signal: AbortSignal): Promise<Kept> {
    started++;
    const { query } = planned;
    const watermark = watermarkMs(query);
    const salt = () => deps.maskSalt(query.workspaceId);
    const budget = new Budget({ warehouse: deps.warehouse, clock: deps.clock, limits, queryId: deps.newId(), salt, signal });
    try {
      const answer = await kinds[query.kind](planned, (statement, options) => budget.ask(statement, options));
      const kept: Kept = { answer, plan: planned, cost: budget.cost(), watermarkMs: watermark, madeMs: deps.clock.now() };
      if (version !== null) cache.set(key, version, kept, sizeOf(kept) + key.length * 2);
      return kept;
    } catch (error) {
      throw refusal(error, query);
    }
  }

  async function ask(policy: Policy, input: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<Result> {
    asked++;
    const nowMs = deps.clock.now();
    const query = resolve(policy, input);
    const planned = plan(query, nowMs, limits);
    const key = JSON.stringify(query);
    const asker: Asker = { policy: policy.name, limits: limitsOf(policy, query) };
    const version = versionOf(planned, deps.cellVersion);
    const hit = version === null ? undefined : cache.get(key, version);
    if (hit !== undefined) return toResult(hit, { cache: 'hit', staleMs: 0, watermarkMs: watermarkMs(query) }, asker);
    const run = () =>
      flights.run(`${key}\n${version ?? windowsText(planned)}`, (flightSignal) => compute(planned, key, version, flightSignal), signal);
    try {
      return fresh(await run(), asker);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'WAREHOUSE_UNAVAILABLE') throw error;
      const last = cache.peek(key);
      if (last !== undefined)
        return toResult(last, { cache: 'stale', staleMs: deps.clock.now() - last.madeMs, watermarkMs: last.watermarkMs }, asker);
      if (deps.warehouse.ready === undefined) throw error;
      await deps.warehouse.ready(restartMs);
      return fresh(await run(), asker);
    }
  }

  return {
    ask,
    statistics: () => ({ asked, saved: asked - started, inFlight: flights.size, cache: cache.statistics() }),
    clearCache: () => cache.clear(),
  };
}

function fresh(kept: Kept, asker: Asker): Result {
  return toResult(kept, { cache: 'miss', staleMs: 0, watermarkMs: kept.watermarkMs }, asker);
}

/** The instants of a plan and the state of everything that its answer is made from; null where nobody tells the state. */
function versionOf(planned: Plan, cellVersion: QueryEngineDeps['cellVersion']): string | null {
  if (cellVersion === undefined) return null;
  const { query, main, comparison } = planned;
  const windows = comparison === null ? [main] : [main, comparison];
  const cells = windows.map(({ fromMs, toMs }) =>
    cellVersion(query.workspaceId, query.dataset, Math.floor(fromMs / hourMs), Math.ceil(toMs / hourMs)),
  );
  const always = (dataset: string) => cellVersion(query.workspaceId, dataset, 0, Number.MAX_SAFE_INTEGER);
  if (asksPerson(query) || filtersPerson(query)) cells.push(always('identity_links'));
  // which links are followed then depends on which ids occur in rows of any time
  if (query.rows !== null && asksPerson(query)) cells.push(always(query.dataset));
  return [windowsText(planned), ...cells].join('|');
}

function windowsText({ main, comparison }: Plan): string {
  return [main, ...(comparison === null ? [] : [comparison])].map(({ fromMs, toMs }) => `${fromMs}-${toMs}`).join(',');
}
