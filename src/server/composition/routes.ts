/** Binds every route of the contract to the rooms that answer it. */
import { randomBytes } from 'node:crypto';
import { tallyDays } from '../audit/read/tally.ts';
import { auditRoutes } from '../http/audit.ts';
import { incidentRoutes } from '../http/incidents.ts';
import { notificationRoutes } from '../http/notifications.ts';
import { securityRoutes } from '../http/security.ts';
import { collectPosture } from './posture-facts.ts';
import type { SecurityRooms } from './security-rooms.ts';
import { pingCatalog } from '../catalog/ping.ts';
import type { Config } from '../config.ts';
import { accountRoutes } from '../http/account.ts';
import { backupRoutes } from '../http/backup.ts';
import type { RouteBinding } from '../http/binding.ts';
import { catalogRoutes } from '../http/catalog.ts';
import { dashboardRoutes } from '../http/dashboards.ts';
import { embedRoutes } from '../http/embed.ts';
import { eventRoutes } from '../http/events.ts';
import { exportRoutes } from '../http/export.ts';
import { groupRoutes } from '../http/groups.ts';
import { identityRoutes } from '../http/identity.ts';
import { importRoutes } from '../http/imports.ts';
import { jobRoutes } from '../http/jobs.ts';
import { keyRoutes } from '../http/keys.ts';
import { ledgerRoutes } from '../http/ledger.ts';
import { outsideRoutes } from '../http/outside.ts';
import { memberRoutes } from '../http/members.ts';
import { peopleRoutes } from '../http/people.ts';
import { queryRoutes } from '../http/query.ts';
import { providerRoutes } from '../http/sign-in-providers.ts';
import { roleRoutes } from '../http/roles.ts';
import { signInRoutes } from '../http/sign-in.ts';
import { systemRoutes } from '../http/system.ts';
import { workspaceRoutes } from '../http/workspaces.ts';
import type { CountryOf } from '../http/trail.ts';
import type { Identity } from '../identity/identity.ts';
import { createImportStore } from '../ingest/imports.ts';
import { settleSpool } from '../ingest/settle.ts';
import { deleteImported } from '../ingest/undo-import.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Live } from '../live/live.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { importedIds } from '../warehouse/imported-ids.ts';
import { deleteImport } from '../warehouse/removal/imports.ts';
import { freezeWarehouse } from '../warehouse/snapshot/take.ts';
import { copiedPlaces } from './places.ts';
import type { Rooms, Stores } from './rooms.ts';

/** What the routes are bound to. */
export interface RouteParts {
  config: Config;
  version: string;
  stores: Stores;
  rooms: Rooms;
  identity: Identity;
  security: SecurityRooms;
  jobs: Jobs;
  live: () => Live;
  countryOf: CountryOf;
  clock: Clock;
  log: Log;
}

/** All routes. */
export function bindRoutes(parts: RouteParts): RouteBinding[] {
  const { stores, rooms, identity, jobs, clock, countryOf, version } = parts;
  const { catalog, warehouse, spool, idWindow } = stores;
  const { maskSalt } = rooms;
  return [
    ...queryRoutes({ engine: rooms.engine, assertMayAsk: rooms.dashboards.assertMayAsk }),
    ...dashboardRoutes(rooms.dashboards),
    ...catalogRoutes({ catalog: (view) => rooms.discovery.catalog(view), maskSalt }),
    ...eventRoutes({ warehouse, clock, maskSalt }),
    ...peopleRoutes({ warehouse, maskSalt }),
    ...ledgerRoutes({ read: (workspaceId) => rooms.ledger.read(workspaceId, spool) }),
    ...exportRoutes({ warehouse, clock, maskSalt, engine: rooms.engine }),
    ...bindImports(parts),
    ...identityRoutes(identity, countryOf),
    ...signInRoutes({ signIn: identity.signIn, countryOf }),
    ...accountRoutes({ signIn: identity.signIn, countryOf }),
    ...providerRoutes({ signIn: identity.signIn, countryOf }),
    ...bindPeople(parts),
    ...keyRoutes(identity),
    ...embedRoutes({ settings: identity.embed, keysOf: identity.embedKeysOf, dashboards: rooms.dashboards, clock, randomBytes }),
    ...outsideRoutes(identity.outside),
    ...jobRoutes((workspaceId, limit) => jobs.list(workspaceId, limit)),
    ...bindSecurity(parts),
    ...bindBackup(parts),
    ...systemRoutes({ version, clock, warehouse, spool, idWindow, pingCatalog: () => pingCatalog(catalog), gauges: () => gaugesOf(parts) }),
  ];
}

function bindPeople({ identity, countryOf, clock }: RouteParts): RouteBinding[] {
  const { register, joining, csrf } = identity;
  return [
    ...memberRoutes({ register, joining, csrf, countryOf, clock }),
    ...roleRoutes(register.roles),
    ...groupRoutes(register.groups),
    ...workspaceRoutes(register),
  ];
}

function bindSecurity({ config, stores, identity, security, clock, log }: RouteParts): RouteBinding[] {
  const { audit, incidents, notifications, namesOf, watch } = security;
  const { db } = stores.catalog;
  const posture = { db, config, identity, incidents, watch, clock };
  return [
    ...auditRoutes({ audit, log }),
    ...incidentRoutes({ incidents, namesOf }),
    ...notificationRoutes({ notifications, canMail: config.mail !== null }),
    ...securityRoutes({
      watch,
      clock,
      facts: (workspaceId) => collectPosture(posture, workspaceId),
      tallies: (workspaceId, fromMs) => tallyDays(db, workspaceId, fromMs),
    }),
  ];
}

function bindImports({ stores: { catalog, warehouse, spool, idWindow }, rooms, clock }: RouteParts): RouteBinding[] {
  const undoing = {
    idWindow,
    announceRemoval: rooms.announceRemoval,
    announce: rooms.announce,
    importedIds: (workspaceId: string, importId: string) => importedIds(warehouse, workspaceId, importId),
    deleteImport: (workspaceId: string, importId: string) => deleteImport(warehouse, workspaceId, importId),
  };
  return importRoutes({
    imports: createImportStore(catalog.db),
    clock,
    randomBytes,
    ledgerOf: async (workspaceId, source) => {
      const ledger = await rooms.ledger.read(workspaceId, spool);
      return ledger.bySource.find((row) => row.source === source) ?? null;
    },
    deleteImported: (workspaceId, importId) => deleteImported(undoing, workspaceId, importId),
    settle: (timeoutMs) => settleSpool(spool, clock, timeoutMs),
  });
}

function bindBackup({ config, version, stores: { catalog, warehouse, spool, idWindow }, rooms, clock, log }: RouteParts): RouteBinding[] {
  return backupRoutes({
    version,
    clock,
    log,
    catalog,
    settle: (timeoutMs) => settleSpool(spool, clock, timeoutMs),
    whileCommitsRest: (work) => rooms.committer.whileResting(() => idWindow.whileStill(work)),
    freezeWarehouse: () => freezeWarehouse(warehouse),
    pendingEvents: () => spool.state().pendingEvents,
    ...copiedPlaces(config),
  });
}

function gaugesOf({ rooms, live, security }: RouteParts): Record<string, number> {
  const asked = rooms.engine.statistics();
  const committed = rooms.committer.state();
  const sockets = live().stats();
  const audited = security.audit.state();
  return {
    bellwether_commits_total: committed.segments,
    bellwether_committed_events_total: committed.events,
    bellwether_refused_events_total: committed.refused,
    bellwether_committer_failing: committed.lastError === null ? 0 : 1,
    bellwether_questions_total: asked.asked,
    bellwether_questions_saved_total: asked.saved,
    bellwether_questions_in_flight: asked.inFlight,
    bellwether_sockets: sockets.sockets,
    bellwether_audit_waiting: audited.waiting,
    bellwether_audit_failing: audited.lastError === null ? 0 : 1,
    bellwether_live_rooms: sockets.rooms.questions + sockets.rooms.channels,
  };
}
