/** What the watch remembers between starts: settings, habits, places and who is slowed down. */
import { defaultWatchSettings, watchKinds, watchSettings, type WatchSettings } from '../../shared/contract/security.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Habit, Habits } from './detectors/beyond-habit.ts';
import type { Place, PlacesBySubject } from './places.ts';
import type { Subject } from './sighting.ts';

/** The settings of a workspace; kinds that are new since they were saved have their default. */
export async function readWatchSettings(db: CatalogDatabase, workspaceId: string): Promise<WatchSettings> {
  const row = await db.selectFrom('watch_settings').select('settings').where('workspace_id', '=', workspaceId).executeTakeFirst();
  if (row === undefined) return defaultWatchSettings;
  const saved = JSON.parse(row.settings) as Partial<WatchSettings>;
  return watchSettings.parse(Object.fromEntries(watchKinds.map((kind) => [kind, saved[kind] ?? defaultWatchSettings[kind]])));
}

/** Saves the settings of a workspace. */
export async function writeWatchSettings(db: CatalogDatabase, workspaceId: string, settings: WatchSettings): Promise<void> {
  const text = JSON.stringify(settings);
  await db
    .insertInto('watch_settings')
    .values({ workspace_id: workspaceId, settings: text })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ settings: text }))
    .execute();
}

/** Habits and places as they were last written. */
export async function readMemory(db: CatalogDatabase): Promise<{ habits: Habits; places: PlacesBySubject }> {
  const rows = await db.selectFrom('watch_memory').select(['key', 'kind', 'value']).execute();
  const habits: Habits = new Map();
  const places: PlacesBySubject = new Map();
  for (const { key, kind, value } of rows) {
    if (kind === 'habit') habits.set(key, JSON.parse(value) as Habit);
    else places.set(key, new Map((JSON.parse(value) as Place[]).map((place) => [place.name, place])));
  }
  return { habits, places };
}

/** One thing to be written down. */
export interface MemoryNote {
  key: string;
  kind: 'habit' | 'places';
  value: string;
}

/** Writes notes down; the newest of a key holds. */
export async function writeMemory(db: CatalogDatabase, notes: readonly MemoryNote[], nowMs: number): Promise<void> {
  if (notes.length === 0) return;
  await db.transaction().execute(async (transaction) => {
    for (const { key, kind, value } of notes) {
      await transaction
        .insertInto('watch_memory')
        .values({ key, kind, value, noted_at: nowMs })
        .onConflict((conflict) => conflict.columns(['kind', 'key']).doUpdateSet({ value, noted_at: nowMs }))
        .execute();
    }
  });
}

/** Forgets what nobody added to since then, and all of a person who was erased. */
export async function forgetMemory(db: CatalogDatabase, beforeMs: number): Promise<void> {
  await db.deleteFrom('watch_memory').where('noted_at', '<', beforeMs).execute();
  await db.deleteFrom('watch_throttles').where('until_ms', '<', beforeMs).execute();
}

/** Who is slowed down now, by `kind id`, and until when (epoch ms). */
export async function readThrottles(db: CatalogDatabase, nowMs: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('watch_throttles').select(['subject', 'until_ms']).where('until_ms', '>', nowMs).execute();
  return new Map(rows.map((row) => [row.subject, row.until_ms]));
}

/** Slows a subject down until then, or no more. */
export async function writeThrottle(db: CatalogDatabase, subject: Subject, untilMs: number | null): Promise<void> {
  const key = `${subject.kind} ${subject.id}`;
  if (untilMs === null) {
    await db.deleteFrom('watch_throttles').where('subject', '=', key).execute();
    return;
  }
  await db
    .insertInto('watch_throttles')
    .values({ subject: key, until_ms: untilMs })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ until_ms: untilMs }))
    .execute();
}
