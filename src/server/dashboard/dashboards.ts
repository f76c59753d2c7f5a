/** Dashboards: listed, read, made, replaced and deleted; and which queries somebody may ask because of them. */
import type { DashboardBody } from '../../shared/contract/dashboards.ts';
import { querySchema, type Query } from '../../shared/model/query.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Principal } from '../identity/principal.ts';
import { makeId } from '../identity/random-text.ts';
import { versionedCache, watchVersion } from '../identity/versioned-cache.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import { assertEmbedded, embeddedQueries, maybeSeen } from './embedded.ts';
import {
  countDashboards,
  deleteDashboard,
  insertDashboard,
  listDashboards,
  maybeReadDashboard,
  readDashboards,
  readDashboardsVersion,
  replaceDashboard,
  type Dashboard,
  type Position,
} from './store.ts';

/** Dashboards of a workspace, and characters of one as JSON. */
const mostDashboards = 5_000;
const longestDashboard = 1_000_000;

/** The dashboards of workspaces. Whatever a principal may not see is NOT_FOUND. */
export interface Dashboards {
  /** By name, a page at a time. @throws REQUEST_INVALID for a cursor that is none of ours */
  list(workspaceId: string, limit: number, cursor: string | null): Promise<{ dashboards: Dashboard[]; next: string | null }>;
  /** With the panels that the principal may see. @throws NOT_FOUND */
  read(principal: Principal, id: string): Promise<Dashboard>;
  /** @throws REQUEST_INVALID when it is too large, CONFLICT when there are very many */
  create(workspaceId: string, document: DashboardBody): Promise<Dashboard>;
  /** `version`: the one that was read; null: whatever is there. @throws NOT_FOUND, CONFLICT, REQUEST_INVALID */
  replace(workspaceId: string, id: string, version: number | null, document: DashboardBody): Promise<Dashboard>;
  /** @throws NOT_FOUND */
  remove(workspaceId: string, id: string): Promise<void>;
  /** Resolves when `principal` may ask `query` at this moment: anybody but the holder of an embed token may. @throws FORBIDDEN */
  assertMayAsk(principal: Principal, query: Query): Promise<void>;
  /** Calls `listener` after dashboards of a workspace were changed or deleted on this node. */
  onChange(listener: (workspaceId: string) => void): void;
}

/** What dashboards are kept with. */
export interface DashboardParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The dashboards in the catalog. */
export function createDashboards({ db, clock, randomBytes }: DashboardParts): Dashboards {
  const version = watchVersion(() => readDashboardsVersion(db), clock);
  const queries = versionedCache<ReadonlySet<string>>(version, clock, { maxAgeMs: Infinity, capacity: 5_000 });
  const listeners: ((workspaceId: string) => void)[] = [];
  const announce = (workspaceId: string): void => {
    version.forget();
    for (const listener of listeners) listener(workspaceId);
  };

  return {
    list: async (workspaceId, limit, cursor) => {
      const found = await listDashboards(db, workspaceId, cursor === null ? null : parseCursor(cursor), limit + 1);
      const last = found[limit - 1];
      return { dashboards: found.slice(0, limit), next: found.length > limit && last !== undefined ? cursorOf(last) : null };
    },
    read: async (principal, id) => {
      const dashboard = await maybeReadDashboard(db, principal.workspaceId, id);
      const seen = dashboard === null ? null : maybeSeen(principal, dashboard);
      if (seen === null) throw missing(id);
      return seen;
    },
    create: async (workspaceId, document) => {
      assertFits(document);
      if ((await countDashboards(db, workspaceId)) >= mostDashboards)
        throw new Problem('CONFLICT', `A workspace has at most ${mostDashboards} dashboards. Delete some that nobody looks at.`);
      const nowMs = clock.now();
      const dashboard = { id: makeId('d', randomBytes), workspaceId, ...document, version: 1, createdMs: nowMs, updatedMs: nowMs };
      await insertDashboard(db, dashboard);
      return dashboard;
    },
    replace: async (workspaceId, id, wanted, document) => {
      assertFits(document);
      const before = await maybeReadDashboard(db, workspaceId, id);
      if (before === null) throw missing(id);
      const after = { ...before, ...document, version: before.version + 1, updatedMs: clock.now() };
      if ((wanted !== null && wanted !== before.version) || !(await replaceDashboard(db, after)))
        throw new Problem('CONFLICT', `The dashboard was changed meanwhile. Read it again, and make your change anew.`);
      announce(workspaceId);
      return after;
    },
    remove: async (workspaceId, id) => {
      if (!(await deleteDashboard(db, workspaceId, id))) throw missing(id);
      announce(workspaceId);
    },
    assertMayAsk: async ({ workspaceId, embed }, query) => {
      if (embed === undefined) return;
      const allowed = await queries.get(JSON.stringify([workspaceId, embed.dashboards, embed.panels]), async () =>
        embeddedQueries(embed, (await readDashboards(db, workspaceId, embed.dashboards)).map(withDefaults)),
      );
      assertEmbedded(allowed, query);
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** A query that an older version kept lacks the defaults that this one knows; one that it does not know any more nobody can ask. */
function withDefaults(dashboard: Dashboard): Dashboard {
  const panels = dashboard.panels.flatMap((panel) => {
    const { data: query } = querySchema.safeParse(panel.query);
    return query === undefined ? [] : [{ ...panel, query }];
  });
  return { ...dashboard, panels };
}

function assertFits(document: DashboardBody): void {
  const { length } = JSON.stringify(document);
  if (length > longestDashboard)
    throw new Problem(
      'REQUEST_INVALID',
      `The dashboard has ${length} characters; ${longestDashboard} are the most. Split it into several.`,
    );
}

function missing(id: string): Problem {
  return new Problem('NOT_FOUND', `There is no dashboard "${id}".`);
}

function cursorOf({ nameKey, id }: Position): string {
  return Buffer.from(JSON.stringify([nameKey, id])).toString('base64url');
}

/** @throws REQUEST_INVALID */
function parseCursor(cursor: string): Position {
  try {
    const [nameKey, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (typeof nameKey === 'string' && typeof id === 'string') return { nameKey, id };
  } catch {
    // what is no JSON is no cursor either
  }
  throw new Problem('REQUEST_INVALID', '"after" must be the "next" of a page that was answered before.');
}
