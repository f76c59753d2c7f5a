/** The composition root: opens the stores, joins the rooms, and is the only file that names adapters. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino, type Logger } from 'pino';
import { ingestContract } from '../shared/contract/ingest.ts';
import { ClickHouseServer } from './adapters/clickhouse/clickhouse-server.ts';
import { ClickHouseWarehouse } from './adapters/clickhouse/clickhouse-warehouse.ts';
import { EmbeddedClickHouse } from './adapters/embedded-clickhouse/supervisor.ts';
import { FolderInUse, lockFolder, type FolderLock } from './adapters/folder-lock/folder-lock.ts';
import { openIdWindow } from './adapters/id-window/id-window.ts';
import { openPostgresCatalog } from './adapters/postgres/catalog.ts';
import { openSegmentSpool } from './adapters/segment-spool/segment-spool.ts';
import { openSqliteCatalog } from './adapters/sqlite/catalog.ts';
import { pingCatalog } from './catalog/ping.ts';
import type { Catalog } from './catalog/schema.ts';
import { ConfigError, type Config } from './config.ts';
import type { RouteBinding } from './http/binding.ts';
import { eventRoutes } from './http/events.ts';
import { exportRoutes } from './http/export.ts';
import { identityRoutes } from './http/identity.ts';
import { importRoutes } from './http/imports.ts';
import { ingestRoutes } from './http/ingest/routes.ts';
import { jobRoutes } from './http/jobs.ts';
import { ledgerRoutes } from './http/ledger.ts';
import { queryRoutes } from './http/query.ts';
import { createHttpServer } from './http/server.ts';
import { systemRoutes } from './http/system.ts';
import { createIdentity, type Identity } from './identity/identity.ts';
import type { Policy, Principal } from './identity/principal.ts';
import { keepSecret } from './identity/secret.ts';
import { openCountryLookup } from './ingest/country.ts';
import { createImportStore } from './ingest/imports.ts';
import { createIngest } from './ingest/ingest.ts';
import { settleSpool } from './ingest/settle.ts';
import { deleteImported } from './ingest/undo-import.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createLive, type Live } from './live/live.ts';
import type { AcceptedListener, CommitListener, CommitNotice } from './ports/accepted.ts';
import type { IdWindow, Spool } from './ports/spool.ts';
import type { Warehouse } from './ports/warehouse.ts';
import { createQueryEngine, type QueryEngine } from './query/engine.ts';
import { createCells } from './warehouse/commit/cells.ts';
import { startCommitter, type Committer } from './warehouse/commit/committer.ts';
import { CommitLedger } from './warehouse/commit/ledger.ts';
import { importedIds } from './warehouse/imported-ids.ts';
import { migrateWarehouse } from './warehouse/migrate.ts';
import { deleteImport } from './warehouse/removal/imports.ts';
import { openWatermarks } from './warehouse/commit/watermark.ts';

/** What is started. */
export interface ServerOptions {
  config: Config;
  /** false: routes are ready, nobody can reach them */
  listen: boolean;
}

/** A server that answers. */
export interface RunningServer {
  url: string;
  /** lets commands of this machine in as owner */
  token: string;
  /** the one-time link of the first owner; null when there is an owner */
  signUpUrl: string | null;
  isDemo: boolean;
  close(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
const clock = { now: () => Date.now() };
const warehouseStartMs = 60_000;

/** Everything that holds data. */
interface Stores {
  catalog: Catalog;
  warehouse: Warehouse;
  idWindow: IdWindow;
  spool: Spool;
}

/** Things to close, last opened first. */
class Closing {
  readonly #steps: (() => unknown)[] = [];

  push(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Runs every step even if one fails. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** A running server. @throws ConfigError for what the operator can mend */
export async function startServer({ config, listen }: ServerOptions): Promise<RunningServer> {
  const closing = new Closing();
  try {
    return await start(config, listen, closing);
  } catch (error) {
    await closing.run().catch(() => undefined);
    throw error;
  }
}

async function start(config: Config, listen: boolean, closing: Closing): Promise<RunningServer> {
  const log = pino({ level: config.logLevel, base: null });
  await mkdir(config.dataFolder, { recursive: true });
  const lock = await lockData(config.dataFolder);
  closing.push(() => lock.release());
  const stores = await openStores(config, log, closing);
  const token = `bw_l_${randomBytes(24).toString('hex')}`;
  const identity = await openIdentity(config, stores.catalog, token, log);
  closing.push(() => identity.close());
  const firstStart = await identity.prepareFirstStart(config.initial);

  const rooms = await joinRooms(config, stores, log);
  closing.push(() => rooms.committer.stop());
  const jobs = createJobs({ catalog: stores.catalog, clock, random: Math.random, log, owner: randomUUID() });
  await scheduleJobs(jobs, identity);
  const { app, live } = await openHttp(config, stores, rooms, identity, jobs, log);
  closing.push(() => live.close());
  rooms.follow(live);
  if (listen) await app.listen({ port: config.port, host: config.host });
  closing.push(() => app.close());
  jobs.start();
  closing.push(() => jobs.stop());
  void live.rebuild().catch((error: unknown) => log.warn({ err: error }, 'live windows start empty'));

  const url = addressOf(config, app.server.address() as AddressInfo | null);
  await writeServerNote(config.dataFolder, { url: localUrl(app.server.address() as AddressInfo | null, config), pid: process.pid, token });
  closing.push(() => rm(join(config.dataFolder, 'server.json'), { force: true }));
  const signUpUrl = firstStart.signUpToken === null ? null : `${url}/sign-up?token=${firstStart.signUpToken}`;
  return { url, token, signUpUrl, isDemo: config.isDemo, close: () => closing.run() };
}

async function lockData(folder: string): Promise<FolderLock> {
  return lockFolder(folder).catch((error: unknown) => {
    throw error instanceof FolderInUse ? new ConfigError(error.message) : error;
  });
}

async function openStores(config: Config, log: Logger, closing: Closing): Promise<Stores> {
  const folder = config.dataFolder;
  const warehouse = openWarehouse(config, log);
  closing.push(() => warehouse.close());
  const [catalog, idWindow] = await Promise.all([
    config.databaseUrl === null
      ? openSqliteCatalog({ file: join(folder, 'catalog.sqlite'), clock })
      : openPostgresCatalog({ url: config.databaseUrl, clock, log }),
    openIdWindow({ folder: join(folder, 'ids'), clock, random: randomBytes, log }),
  ]);
  closing.push(() => catalog.close());
  closing.push(() => idWindow.close());
  const spool = await openSegmentSpool({
    folder: join(folder, 'spool'),
    clock,
    random: randomBytes,
    log,
    keys: idWindow,
    maxBytes: config.spoolLimitBytes,
  });
  closing.push(() => spool.close());
  await warehouse.ready(warehouseStartMs);
  await migrateWarehouse(warehouse, join(projectFolder, 'migrations', 'warehouse'), log);
  return { catalog, warehouse, idWindow, spool };
}

function openWarehouse(config: Config, log: Logger): Warehouse {
  const server =
    config.clickhouseUrl === null
      ? new EmbeddedClickHouse({ folder: join(config.dataFolder, 'warehouse'), log, randomBytes })
      : new ClickHouseServer(config.clickhouseUrl);
  return new ClickHouseWarehouse(server);
}

async function openIdentity(config: Config, catalog: Catalog, localOwnerToken: string, log: Logger): Promise<Identity> {
  const secret = await keepSecret(config.secret, config.dataFolder, randomBytes);
  const { publicUrl, webOrigins } = config;
  return createIdentity({ catalog, secret, localOwnerToken, publicUrl, webOrigins, clock, randomBytes, log });
}

/** What the rooms share once they are joined. */
interface Rooms {
  engine: QueryEngine;
  ledger: CommitLedger;
  committer: Committer;
  ingest: ReturnType<typeof createIngest>;
  /** told after a commit, delete or mutation */
  announce: CommitListener;
  /** lets live hear of what is accepted and committed */
  follow(live: Live): void;
}

async function joinRooms(config: Config, stores: Stores, log: Logger): Promise<Rooms> {
  const { catalog, warehouse, spool, idWindow } = stores;
  const cells = createCells(clock.now());
  const watermarks = await openWatermarks(catalog.db);
  const followers: Live[] = [];
  const announce = (notice: CommitNotice) => {
    cells.bump(notice);
    watermarks.move(notice);
    for (const live of followers) live.onCommit(notice);
  };
  const hear: AcceptedListener = (batch) => {
    for (const live of followers) live.onAccepted(batch);
  };
  const ledger = new CommitLedger(catalog, await keepNodeId(config.dataFolder));
  const committer = await startCommitter({
    spool,
    ids: idWindow,
    warehouse,
    ledger,
    clock,
    random: randomBytes,
    log,
    listeners: [announce],
  });
  const engine = createQueryEngine({
    warehouse,
    clock,
    newId: randomUUID,
    cellVersion: (workspaceId, dataset, fromHour, toHour) => String(cells.cellVersion(workspaceId, dataset, fromHour, toHour)),
    watermark: (workspaceId) => watermarks.watermarkMs(workspaceId),
    limits: { timeoutMs: config.queryTimeoutMs, memoryBytes: config.queryMemoryBytes },
  });
  const ingest = createIngest({ spool, idWindow, clock, listeners: [hear] });
  return { engine, ledger, committer, ingest, announce, follow: (live) => void followers.push(live) };
}

/** Names this data folder in what it writes into a catalog that others share; kept with the spool, whose segments it tells apart. */
async function keepNodeId(folder: string): Promise<string> {
  const file = join(folder, 'spool', 'node');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept !== '') return kept;
  const made = randomUUID();
  await writeFile(file, made, { flag: 'wx' });
  return made;
}

async function scheduleJobs(jobs: Jobs, identity: Identity): Promise<void> {
  jobs.register('prune-sessions', () => identity.prune());
  await jobs.schedule({ name: 'prune-sessions', cron: '17 4 * * *', kind: 'prune-sessions' });
}

/** What a principal may see: in this version its whole workspace. */
function policyOf(principal: Principal): Policy {
  return { workspaceId: principal.workspaceId, name: 'workspace', rowFilter: [] };
}

async function openHttp(config: Config, stores: Stores, rooms: Rooms, identity: Identity, jobs: Jobs, log: Logger) {
  const country = await openCountryLookup({
    header: config.countryHeader,
    trustedProxies: config.trustedProxies,
    mmdbPath: config.countryFile,
  });
  const { authenticateWriteKey } = identity;
  const origins = [...config.webOrigins, ...(config.publicUrl === null ? [] : [new URL(config.publicUrl).origin])];
  const version = await readVersion();
  const app = await createHttpServer({
    log,
    gatekeeper: identity,
    authHandler: identity.authHandler,
    bindings: bindingsOf(version, stores, rooms, identity, jobs, () => live),
    documentedRoutes: ingestContract,
    plugins: [ingestRoutes({ ingest: rooms.ingest, authenticateWriteKey, country, clock, publicUrl: config.publicUrl })],
    webOrigins: origins,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    distFolder: join(projectFolder, 'dist'),
    version,
  });
  const live = createLive({
    httpServer: app.server,
    authenticate: ({ token, headers }) =>
      token === null ? identity.authenticateSession(toHeaders(headers)) : identity.authenticateBearer(token),
    policyOf,
    ask: (policy, query, options) => rooms.engine.ask(policy, query, options),
    warehouse: stores.warehouse,
    allowedOrigins: origins,
    clock,
    stopwatch: () => performance.now(),
    log,
  });
  return { app, live };
}

function bindingsOf(version: string, stores: Stores, rooms: Rooms, identity: Identity, jobs: Jobs, live: () => Live): RouteBinding[] {
  const { catalog, warehouse, spool, idWindow } = stores;
  const readLedger = (workspaceId: string) => rooms.ledger.read(workspaceId, spool);
  return [
    ...queryRoutes({ engine: rooms.engine, policyOf }),
    ...eventRoutes({ warehouse, clock }),
    ...ledgerRoutes({ read: readLedger }),
    ...exportRoutes({ warehouse, clock, policyOf }),
    ...importRoutes({
      imports: createImportStore(catalog.db),
      clock,
      randomBytes,
      ledgerOf: async (workspaceId, source) => (await readLedger(workspaceId)).bySource.find((row) => row.source === source) ?? null,
      deleteImported: (workspaceId, importId) =>
        deleteImported(
          {
            idWindow,
            announce: rooms.announce,
            importedIds: (...which) => importedIds(warehouse, ...which),
            deleteImport: (...which) => deleteImport(warehouse, ...which),
          },
          workspaceId,
          importId,
        ),
      settle: (timeoutMs) => settleSpool(spool, clock, timeoutMs),
    }),
    ...identityRoutes(identity),
    ...jobRoutes((workspaceId, limit) => jobs.list(workspaceId, limit)),
    ...systemRoutes({
      version,
      clock,
      warehouse,
      spool,
      idWindow,
      pingCatalog: () => pingCatalog(catalog),
      gauges: () => gaugesOf(rooms, live()),
    }),
  ];
}

function gaugesOf(rooms: Rooms, live: Live): Record<string, number> {
  const asked = rooms.engine.statistics();
  const committed = rooms.committer.state();
  const sockets = live.stats();
  return {
    bellwether_commits_total: committed.segments,
    bellwether_committed_events_total: committed.events,
    bellwether_refused_events_total: committed.refused,
    bellwether_questions_total: asked.asked,
    bellwether_questions_saved_total: asked.saved,
    bellwether_questions_in_flight: asked.inFlight,
    bellwether_sockets: sockets.sockets,
    bellwether_live_rooms: sockets.rooms.questions + sockets.rooms.channels,
  };
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  const entries = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((item): [string, string] => [name, item]));
  return new Headers(entries);
}

async function readVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The address that people are told. */
function addressOf(config: Config, address: AddressInfo | null): string {
  if (config.publicUrl !== null) return config.publicUrl;
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(config.host) ? 'localhost' : config.host;
  return `http://${host}:${address?.port ?? config.port}`;
}

/** The address that commands of this machine use. */
function localUrl(address: AddressInfo | null, config: Config): string {
  const isAny = address === null || ['0.0.0.0', '::'].includes(address.address);
  const host = isAny ? '127.0.0.1' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address?.port ?? config.port}`;
}

/** Tells commands of this machine where the server is and lets them in; readable by its owner alone. */
async function writeServerNote(folder: string, note: { url: string; pid: number; token: string }): Promise<void> {
  const file = join(folder, 'server.json');
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}
