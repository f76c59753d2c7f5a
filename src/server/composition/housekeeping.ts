/** What the server does at night without being asked: ends old sessions, lets old events and dead letters go. */
import type { Config } from '../config.ts';
import type { Identity } from '../identity/identity.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { removeOldDeadLetters, removeOldEvents } from '../warehouse/removal/retention.ts';
import type { Rooms } from './rooms.ts';

const dayMs = 86_400_000;

/** What the jobs work with. */
export interface HousekeepingParts {
  jobs: Jobs;
  identity: Identity;
  warehouse: Warehouse;
  rooms: Rooms;
  clock: Clock;
  config: Pick<Config, 'retentionDays' | 'deadLetterDays'>;
}

/** Registers the jobs and keeps their schedules. */
export async function scheduleHousekeeping({ jobs, identity, warehouse, rooms, clock, config }: HousekeepingParts): Promise<void> {
  jobs.register('prune-sessions', () => identity.prune());
  jobs.register('retain', async () => {
    await removeOldDeadLetters(warehouse, clock.now() - config.deadLetterDays * dayMs);
    if (config.retentionDays === null) return;
    const removals = await removeOldEvents(warehouse, clock.now() - config.retentionDays * dayMs);
    for (const removal of removals) await rooms.announceRemoval(removal);
  });
  await jobs.schedule({ name: 'prune-sessions', cron: '17 4 * * *', kind: 'prune-sessions' });
  await jobs.schedule({ name: 'retain', cron: '41 3 * * *', kind: 'retain' });
}
