/** What the server does without being asked: signs the audit log each minute; at night it ends old sessions and lets old events go. */
import type { Config } from '../config.ts';
import type { Identity } from '../identity/identity.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { removeOldDeadLetters, removeOldEvents } from '../warehouse/removal/retention.ts';
import type { Rooms } from './rooms.ts';
import type { SecurityRooms } from './security-rooms.ts';

const dayMs = 86_400_000;
/** how long notifications, and incidents that are resolved, can be looked at */
const notificationDays = 90;
const incidentDays = 400;

/** What the jobs work with. */
export interface HousekeepingParts {
  jobs: Jobs;
  identity: Identity;
  warehouse: Warehouse;
  rooms: Rooms;
  security: SecurityRooms;
  clock: Clock;
  config: Pick<Config, 'retentionDays' | 'deadLetterDays'>;
}

/** Registers the jobs and keeps their schedules. */
export async function scheduleHousekeeping(parts: HousekeepingParts): Promise<void> {
  const { jobs, identity, warehouse, rooms, security, clock, config } = parts;
  jobs.register('prune-sessions', async () => {
    await identity.prune();
    await security.notifications.prune(clock.now() - notificationDays * dayMs);
    await security.incidents.prune(clock.now() - incidentDays * dayMs);
  });
  jobs.register('retain', async () => {
    await removeOldDeadLetters(warehouse, clock.now() - config.deadLetterDays * dayMs);
    if (config.retentionDays === null) return;
    const removals = await removeOldEvents(warehouse, clock.now() - config.retentionDays * dayMs);
    for (const removal of removals) await rooms.announceRemoval(removal);
  });
  await jobs.schedule({ name: 'prune-sessions', cron: '17 4 * * *', kind: 'prune-sessions' });
  await jobs.schedule({ name: 'retain', cron: '41 3 * * *', kind: 'retain' });
}
