/** The composition root: opens the stores, starts the server, and is the only file that names adapters. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino, type Logger } from 'pino';
import type { BackupManifest } from '../shared/contract/backup.ts';
import { ClickHouseServer } from './adapters/clickhouse/clickhouse-server.ts';
import { ClickHouseWarehouse } from './adapters/clickhouse/clickhouse-warehouse.ts';
import { EmbeddedClickHouse } from './adapters/embedded-clickhouse/supervisor.ts';
import { FolderInUse, lockFolder, type FolderLock } from './adapters/folder-lock/folder-lock.ts';
import { guardedFetch } from './adapters/guarded-http/guarded-fetch.ts';
import { createGuardedHttp } from './adapters/guarded-http/guarded-http.ts';
import { openIdWindow } from './adapters/id-window/id-window.ts';
import { fileSink } from './adapters/line-sink/file-sink.ts';
import { socketSink } from './adapters/line-sink/socket-sink.ts';
import { openPostgresCatalog } from './adapters/postgres/catalog.ts';
import { openSegmentSpool } from './adapters/segment-spool/segment-spool.ts';
import { createSmtpMailer } from './adapters/smtp/smtp-mailer.ts';
import { openSqliteCatalog } from './adapters/sqlite/catalog.ts';
import type { AuditLog } from './audit/audit.ts';
import { restoreBackup, type RestoreParts } from './backup/restore.ts';
import type { Catalog } from './catalog/schema.ts';
import { openAuditRoom } from './composition/audit-room.ts';
import { assertRules } from './composition/check-rules.ts';
import { makeDataFolder } from './composition/data-folder.ts';
import { openEdge } from './composition/edge.ts';
import { scheduleHousekeeping } from './composition/housekeeping.ts';
import { copiedPlaces, dataPlaces } from './composition/places.ts';
import { resealStores } from './composition/reseal-stores.ts';
import { joinRooms, type Stores } from './composition/rooms.ts';
import { addressOf, localUrl, writeServerNote } from './composition/server-note.ts';
import { openSecurityRooms, type SecurityRooms } from './composition/security-rooms.ts';
import type { StreamTarget } from './config-values.ts';
import { ConfigError, type Config } from './config.ts';
import { createIdentity, type Identity, type IdentityParts } from './identity/identity.ts';
import { keepSecrets } from './identity/secret.ts';
import { createJobs } from './jobs/jobs.ts';
import type { Live } from './live/live.ts';
import { humanLine } from './log-line.ts';
import type { LineSink } from './ports/line-sink.ts';
import type { Mailer } from './ports/mailer.ts';
import type { Outbound } from './ports/outbound.ts';
import type { Warehouse } from './ports/warehouse.ts';
import { createSealer } from './sealing/sealer.ts';
import type { Secrets } from './sealing/secrets.ts';
import { migrateWarehouse } from './warehouse/migrate.ts';
import { createMaskSalt } from './warehouse/view/salt.ts';
import { restoreWarehouse } from './warehouse/snapshot/restore.ts';

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
const serverAnswerMs = 15_000;
/** how long calls may take to end when the server stops */
const stopGraceMs = 5_000;

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
  const log = openLog(config);
  await makeDataFolder(config.dataFolder);
  const lock = await lockData(config.dataFolder);
  closing.push(() => lock.release());
  const stores = await openStores(config, log, closing);
  const token = `bw_l_${randomBytes(24).toString('hex')}`;
  const secrets = await keepSecrets(config, config.dataFolder, randomBytes);
  let address: AddressInfo | null = null;
  const appUrl = () => addressOf(config, address);
  const version = await readVersion();
  const auditRoom = openAuditRoom({
    config,
    version,
    catalog: stores.catalog,
    secrets,
    clock,
    stopwatch: () => performance.now(),
    log,
    openSink,
  });
  closing.push(() => auditRoom.close());
  const { audit } = auditRoom;
  const outside = openOutside(config);
  const identity = await openIdentity({ config, catalog: stores.catalog, secrets, localOwnerToken: token, appUrl, audit, outside, log });
  closing.push(() => identity.close());
  const { signUpToken, workspaceId } = await identity.prepareFirstStart(config.initial);
  const security = await openSecurity({ config, stores, secrets, audit, outside, identity, homeWorkspaceId: workspaceId, log });
  closing.push(() => security.close());
  const nodeId = await keepNodeId(config.dataFolder);
  const rooms = await joinRooms({ config, stores, nodeId, maskSalt: createMaskSalt(secrets.secret), clock, log });
  closing.push(() => rooms.close());
  const jobs = createJobs({ catalog: stores.catalog, clock, random: Math.random, log, owner: randomUUID() });
  await scheduleHousekeeping({ jobs, identity, warehouse: stores.warehouse, rooms, security, clock, config });
  const { app, live } = await openEdge({ config, version, stores, rooms, security, identity, jobs, clock, log });
  closing.push(() => closeHttp(app));
  closing.push(() => live.close());
  rooms.follow(live);
  if (listen) await app.listen({ port: config.port, host: config.host });
  jobs.start();
  closing.push(() => jobs.stop());
  security.notifications.start();
  rebuildWindows(live, stores.warehouse).catch((error: unknown) => log.warn({ err: error }, 'live windows start empty'));

  address = app.server.address() as AddressInfo | null;
  const url = addressOf(config, address);
  await writeServerNote(config.dataFolder, { url: localUrl(config, address), pid: process.pid, token });
  closing.push(() => rm(dataPlaces(config.dataFolder).note, { force: true }));
  const signUpUrl = signUpToken === null ? null : `${url}/sign-up?token=${signUpToken}`;
  return { url, token, signUpUrl, isDemo: config.isDemo, close: () => closing.run() };
}

/**
 * Puts the backup in `directory` into the empty stores of `config`; starts nothing.
 * @throws NOT_FOUND, BACKUP_DAMAGED, CONFLICT
 */
export async function restoreStores(config: Config, directory: string, onStep: (step: string) => void): Promise<BackupManifest> {
  const log = openLog(config);
  const closing = new Closing();
  const parts: RestoreParts = {
    dataFolder: config.dataFolder,
    ...copiedPlaces(config),
    openCatalog: async () => {
      await makeDataFolder(config.dataFolder);
      const lock = await lockData(config.dataFolder);
      closing.push(() => lock.release());
      return openCatalog(config, log);
    },
    restoreWarehouse: async (folder) => {
      const warehouse = openWarehouse(config, log);
      closing.push(() => warehouse.close());
      await readyWarehouse(config, warehouse, log);
      return restoreWarehouse(warehouse, folder);
    },
  };
  return restoreBackup(parts, directory, onStep).finally(() => closing.run());
}

/** Brings the live windows what came before the start, though the warehouse may fail meanwhile. */
async function rebuildWindows(live: Live, warehouse: Warehouse): Promise<void> {
  for (let triesLeft = 5; ; triesLeft--) {
    try {
      return await live.rebuild();
    } catch (error) {
      if (triesLeft === 1) throw error;
      await warehouse.ready(warehouseStartMs);
    }
  }
}

/** The log, on standard error: JSON lines, or lines for people where that is a terminal. */
function openLog({ logLevel }: Config): Logger {
  const options = { level: logLevel, base: null };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ fd: 2, sync: true }));
  return pino(options, { write: (line: string) => void process.stderr.write(humanLine(line)) });
}

async function lockData(folder: string): Promise<FolderLock> {
  return lockFolder(folder).catch((error: unknown) => {
    throw error instanceof FolderInUse ? new ConfigError(error.message) : error;
  });
}

async function openStores(config: Config, log: Logger, closing: Closing): Promise<Stores> {
  const places = dataPlaces(config.dataFolder);
  const warehouse = openWarehouse(config, log);
  closing.push(() => warehouse.close());
  const [catalog, idWindow] = await Promise.all([
    openCatalog(config, log),
    openIdWindow({ folder: places.ids, clock, random: randomBytes, log }),
  ]);
  closing.push(() => catalog.close());
  closing.push(() => idWindow.close());
  const spool = await openSegmentSpool({
    folder: places.spool,
    clock,
    random: randomBytes,
    log,
    keys: idWindow,
    maxBytes: config.spoolLimitBytes,
  });
  closing.push(() => spool.close());
  await readyWarehouse(config, warehouse, log);
  return { catalog, warehouse, idWindow, spool };
}

async function openCatalog(config: Config, log: Logger): Promise<Catalog> {
  if (config.databaseUrl !== null) return openPostgresCatalog({ url: config.databaseUrl, clock, log });
  return openSqliteCatalog({ file: dataPlaces(config.dataFolder).catalog, clock });
}

async function readyWarehouse(config: Config, warehouse: Warehouse, log: Logger): Promise<void> {
  await warehouse.ready(config.clickhouseUrl === null ? warehouseStartMs : serverAnswerMs).catch((error: unknown) => {
    if (config.clickhouseUrl === null) throw error;
    const { host } = new URL(config.clickhouseUrl);
    throw new ConfigError(
      `CLICKHOUSE_URL names ${host}, which does not answer (${warehouse.health().lastError ?? 'no reason given'}): allowed is the address of a running ClickHouse.`,
    );
  });
  await migrateWarehouse(warehouse, join(projectFolder, 'migrations', 'warehouse'), log);
}

function openWarehouse(config: Config, log: Logger): Warehouse {
  const server =
    config.clickhouseUrl === null
      ? new EmbeddedClickHouse({ folder: dataPlaces(config.dataFolder).warehouse, log, randomBytes })
      : new ClickHouseServer(config.clickhouseUrl);
  return new ClickHouseWarehouse(server);
}

/** The ways out of this server: calls to addresses that users set, and mail. */
interface Outside {
  outbound: Outbound;
  mailer: Mailer | null;
}

function openOutside({ outboundAllow, mail }: Config): Outside {
  return { outbound: createGuardedHttp({ allow: outboundAllow }), mailer: mail === null ? null : createSmtpMailer(mail) };
}

/** Where the audit log is streamed to. */
function openSink(to: StreamTarget): LineSink {
  return to.kind === 'file' ? fileSink(to.file) : socketSink(to);
}

/** What identity is opened with. */
interface IdentityOpening extends Pick<IdentityParts, 'catalog' | 'localOwnerToken' | 'appUrl'> {
  config: Config;
  secrets: Secrets;
  audit: AuditLog;
  outside: Outside;
  log: Logger;
}

async function openIdentity({ config, secrets, audit, outside, log, ...given }: IdentityOpening): Promise<Identity> {
  await resealStores(given.catalog.db, secrets, randomBytes, log);
  const identity: Identity = createIdentity({
    ...secrets,
    ...given,
    ...outside,
    publicUrl: config.publicUrl,
    fetch: guardedFetch(outside.outbound, { timeoutMs: 10_000, maxBytes: 1_000_000 }),
    assertRules,
    forgetPerson: async ({ id, email }) => {
      const wasKnown = await audit.erasePerson(id);
      return (email !== null && (await audit.eraseStranger(identity.signIn.lockout.subjectOf(email)))) || wasKnown;
    },
    clock,
    randomBytes,
    log,
  });
  return identity;
}

/** What the rooms of security are opened with. */
interface SecurityOpening {
  config: Config;
  stores: Stores;
  secrets: Secrets;
  audit: AuditLog;
  outside: Outside;
  identity: Identity;
  homeWorkspaceId: string;
  log: Logger;
}

function openSecurity({ config, stores, secrets, outside, ...given }: SecurityOpening): Promise<SecurityRooms> {
  return openSecurityRooms({
    ...given,
    ...outside,
    catalog: stores.catalog,
    clock,
    randomBytes,
    random: Math.random,
    owner: randomUUID(),
    sealer: createSealer(secrets, randomBytes),
    publicUrl: config.publicUrl,
  });
}

/** Names this data folder in what it writes into a catalog that others share; kept with the spool, whose segments it tells apart. */
async function keepNodeId(folder: string): Promise<string> {
  const file = join(dataPlaces(folder).spool, 'node');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept !== '') return kept;
  const made = randomUUID();
  await writeFile(file, made, { flag: 'wx' });
  return made;
}

/** Lets calls under way end, for a while. */
async function closeHttp(app: Awaited<ReturnType<typeof openEdge>>['app']): Promise<void> {
  const impatience = setTimeout(() => app.server.closeAllConnections(), stopGraceMs);
  await app.close();
  clearTimeout(impatience);
}

async function readVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as { version: string }).version;
}
