/** Cron schedules of the catalog: each firing belongs to the one node that moves `next_at` on. */
import { Cron } from 'croner';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { insertJob } from './store.ts';

/** Something to be done again and again. */
export interface Schedule {
  name: string;
  /** five or six fields, as croner reads them */
  cron: string;
  /** IANA name */
  timezone: string;
  kind: string;
  payload: unknown;
  maxAttempts: number;
}

/** The first instant after `afterMs` at which the schedule fires. @throws Error for a pattern that never fires or cannot be read */
export function nextFiringMs({ name, cron, timezone }: Pick<Schedule, 'name' | 'cron' | 'timezone'>, afterMs: number): number {
  const next = new Cron(cron, { timezone, paused: true }).nextRun(new Date(afterMs));
  if (next === null) throw new Error(`The schedule ${name} (${cron}) never fires.`);
  return next.getTime();
}

/** Keeps the schedule in the catalog. One that is there keeps its next firing, unless its pattern has changed. */
export async function keepSchedule(db: CatalogDatabase, schedule: Schedule, nowMs: number): Promise<void> {
  const { name, cron, timezone, kind } = schedule;
  const payload = JSON.stringify(schedule.payload ?? null);
  const nextAt = nextFiringMs(schedule, nowMs);
  await db
    .insertInto('schedules')
    .values({ name, cron, timezone, kind, payload, next_at: nextAt, last_at: null })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ kind, payload }))
    .execute();
  await db
    .updateTable('schedules')
    .set({ cron, timezone, next_at: nextAt })
    .where('name', '=', name)
    .where((e) => e.or([e('cron', '!=', cron), e('timezone', '!=', timezone)]))
    .execute();
}

/** Queues the jobs of the given schedules that are due. Firings that were missed while nothing ran are made up for by one. */
export async function fireDue(db: CatalogDatabase, schedules: ReadonlyMap<string, Schedule>, nowMs: number): Promise<number> {
  if (schedules.size === 0) return 0;
  const due = await db
    .selectFrom('schedules')
    .select(['name', 'next_at'])
    .where('name', 'in', [...schedules.keys()])
    .where('next_at', '<=', nowMs)
    .execute();
  for (const { name, next_at: seenAt } of due) await fire(db, schedules.get(name)!, seenAt, nowMs);
  return due.length;
}

async function fire(db: CatalogDatabase, schedule: Schedule, seenAt: number, nowMs: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const claimed = await transaction
      .updateTable('schedules')
      .set({ next_at: nextFiringMs(schedule, nowMs), last_at: nowMs })
      .where('name', '=', schedule.name)
      .where('next_at', '=', seenAt)
      .returning('name')
      .execute();
    if (claimed.length === 0) return;
    const { kind, payload, maxAttempts, name } = schedule;
    await insertJob(transaction, {
      kind,
      payload,
      workspaceId: null,
      runMs: nowMs,
      maxAttempts,
      singletonKey: `schedule ${name}`,
      createdMs: nowMs,
    });
  });
}
