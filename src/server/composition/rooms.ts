/** Joins the rooms between the stores and the edge: ingest, committer, query engine, discovery, and who hears of what. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Catalog } from '../catalog/schema.ts';
import type { Config } from '../config.ts';
import { createDashboards, type Dashboards } from '../dashboard/dashboards.ts';
import { createIngest, type Ingest } from '../ingest/ingest.ts';
import type { Live } from '../live/live.ts';
import type { AcceptedListener, CommitListener, CommitNotice } from '../ports/accepted.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { IdWindow, Spool } from '../ports/spool.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { createQueryEngine, type QueryEngine } from '../query/engine.ts';
import { Discovery } from '../semantic/discovery.ts';
import { createCells } from '../warehouse/commit/cells.ts';
import { startCommitter, type Committer } from '../warehouse/commit/committer.ts';
import { CommitLedger } from '../warehouse/commit/ledger.ts';
import { openWatermarks, type Watermarks } from '../warehouse/commit/watermark.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import type { Removal } from '../warehouse/removal/removal.ts';

/** Everything that holds data. */
export interface Stores {
  catalog: Catalog;
  warehouse: Warehouse;
  idWindow: IdWindow;
  spool: Spool;
}

/** What rooms are joined from. */
export interface RoomParts {
  config: Config;
  stores: Stores;
  /** names this data folder in a catalog that others may share */
  nodeId: string;
  maskSalt: MaskSalt;
  clock: Clock;
  log: Log;
}

/** The joined rooms. */
export interface Rooms {
  maskSalt: MaskSalt;
  engine: QueryEngine;
  ledger: CommitLedger;
  committer: Committer;
  ingest: Ingest;
  discovery: Discovery;
  dashboards: Dashboards;
  /** told after a commit, delete or mutation */
  announce: CommitListener;
  /** told after events were deleted: cached answers, live panels and the catalog follow */
  announceRemoval(removal: Removal): Promise<void>;
  /** lets live hear of what is accepted and committed */
  follow(live: Live): void;
  close(): Promise<void>;
}

/** Joins the rooms and starts committing. */
export async function joinRooms({ config, stores, nodeId, maskSalt, clock, log }: RoomParts): Promise<Rooms> {
  const { catalog, warehouse, spool, idWindow } = stores;
  const cells = createCells(clock.now());
  const watermarks = await openWatermarks(catalog.db);
  const discovery = new Discovery(warehouse, clock, log);
  const followers: Live[] = [];
  const announce = (notice: CommitNotice) => {
    cells.bump(notice);
    watermarks.move(notice);
    discovery.noteCommit(notice);
    for (const live of followers) live.onCommit(notice);
  };
  const hear: AcceptedListener = (batch) => {
    for (const live of followers) live.onAccepted(batch);
  };
  const ledger = new CommitLedger(catalog, nodeId);
  const committing = { spool, ids: idWindow, warehouse, ledger, clock, random: randomBytes, log, listeners: [announce] };
  const committer = await startCommitter(committing);
  const engine = createQueryEngine({
    warehouse,
    clock,
    newId: randomUUID,
    maskSalt,
    cellVersion: (workspaceId, dataset, fromHour, toHour) => String(cells.cellVersion(workspaceId, dataset, fromHour, toHour)),
    watermark: (workspaceId) => watermarks.watermarkMs(workspaceId),
    limits: { timeoutMs: config.queryTimeoutMs, memoryBytes: config.queryMemoryBytes },
  });
  await catchUp(catalog, discovery);
  return {
    maskSalt,
    engine,
    ledger,
    committer,
    ingest: createIngest({ spool, idWindow, clock, listeners: [hear] }),
    discovery,
    dashboards: createDashboards({ db: catalog.db, clock, randomBytes }),
    announce,
    announceRemoval: (removal) => announceRemoval(removal, announce, discovery, watermarks),
    follow: (live) => void followers.push(live),
    close: async () => {
      await committer.stop();
      await discovery.close();
    },
  };
}

async function announceRemoval(removal: Removal, announce: CommitListener, discovery: Discovery, watermarks: Watermarks): Promise<void> {
  const { workspaceId, hours } = removal;
  const watermarkMs = watermarks.watermarkMs(workspaceId) ?? 0;
  announce({ workspaceId, dataset: 'events', hours, watermarkMs });
  await discovery.forget(workspaceId, watermarkMs);
}

/** Looks at what was committed before this start and not yet discovered. */
async function catchUp(catalog: Catalog, discovery: Discovery): Promise<void> {
  const rows = await catalog.db.selectFrom('watermarks').selectAll().execute();
  for (const row of rows) discovery.noteCommit({ workspaceId: row.workspace_id, dataset: row.dataset, watermarkMs: row.watermark_ms });
}
