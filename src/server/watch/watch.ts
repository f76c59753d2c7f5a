/** The watch: looks at every sign-in and call, opens an incident for what is suspicious, and does what the workspace has set. */
import type { WatchKind, WatchSettings } from '../../shared/contract/security.ts';
import type { Severity } from '../../shared/model/severity.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { beyondHabit } from './detectors/beyond-habit.ts';
import { bruteForce } from './detectors/brute-force.ts';
import { farTooSoon } from './detectors/far-too-soon.ts';
import { massExport } from './detectors/mass-export.ts';
import { newPlace } from './detectors/new-place.ts';
import { probing } from './detectors/probing.ts';
import { sqlEscape } from './detectors/sql-escape.ts';
import type { Detector, Finding } from './finding.ts';
import { respond, takeBack, type Act, type WatchActs } from './responses.ts';
import type { Sighting, Subject } from './sighting.ts';
import { forgetMemory, readMemory, readThrottles, readWatchSettings, writeMemory, writeThrottle, writeWatchSettings } from './store.ts';

/** An incident as the watch opens it. */
export interface WatchIncident {
  workspaceId: string;
  kind: WatchKind;
  severity: Severity;
  title: string;
  subject: Subject;
  evidence: Finding['evidence'];
  /** symptoms with the same key belong to one incident while it is open */
  dedupKey: string;
}

/** What the watch works with. */
export interface WatchParts {
  db: CatalogDatabase;
  clock: Clock;
  log: Log;
  /** the workspace that hears of what concerns none: the oldest */
  homeWorkspaceId: () => string;
  acts: Omit<WatchActs, 'setThrottle'>;
  /** opens an incident, or counts one more symptom of an open one: then `isNew` is false and nothing is done again */
  openIncident(incident: WatchIncident): Promise<{ id: string; isNew: boolean }>;
  /** writes into the incident what was done */
  noteAct(workspaceId: string, incidentId: string, act: Act): Promise<void>;
}

/** The watch. */
export interface Watch {
  /** Looks; what follows happens behind. */
  see(sighting: Sighting): void;
  /** Whether calls of the subject are slowed down now. */
  isThrottled(subject: Subject): boolean;
  settings(workspaceId: string): Promise<WatchSettings>;
  setSettings(workspaceId: string, settings: WatchSettings): Promise<void>;
  /** Takes back what was done. */
  undo(workspaceId: string, act: Pick<Act, 'response' | 'subject'>): Promise<void>;
  /** Writes down what was learned and reads who is slowed down; every few seconds. */
  tidy(): Promise<void>;
  /** Resolves when everything seen so far has been dealt with. */
  settle(): Promise<void>;
}

const dayMs = 86_400_000;
/** what nobody added to for so long is forgotten */
const memoryMs = 100 * dayMs;

/** A watch with what the catalog remembers. */
export async function openWatch(parts: WatchParts): Promise<Watch> {
  const { db, clock, log } = parts;
  const { habits, places } = await readMemory(db);
  const changed = { habit: new Set<string>(), places: new Set<string>() };
  let throttles = await readThrottles(db, clock.now());
  let working: Promise<void> = Promise.resolve();
  const acts: WatchActs = {
    ...parts.acts,
    setThrottle: async (subject, untilMs) => {
      await writeThrottle(db, subject, untilMs);
      throttles = await readThrottles(db, clock.now());
    },
  };
  const detectors: readonly Detector[] = [
    bruteForce(parts.homeWorkspaceId),
    farTooSoon(places, (key) => changed.places.add(key)),
    newPlace(places, (key) => changed.places.add(key)),
    massExport(),
    beyondHabit(habits, (key) => changed.habit.add(key)),
    probing(),
    sqlEscape(),
  ];

  const deal = async (finding: Finding): Promise<void> => {
    const { workspaceId, kind, subject } = finding;
    const setting = (await readWatchSettings(db, workspaceId))[kind];
    if (!setting.isOn) return;
    const incident = await parts.openIncident({ ...finding, dedupKey: `${kind} ${subject.kind} ${subject.id}` });
    if (!incident.isNew) return;
    const act = await respond(acts, workspaceId, setting.response, subject, clock.now());
    await parts.noteAct(workspaceId, incident.id, act);
  };
  const writeChanges = async (): Promise<void> => {
    const notes = [
      ...[...changed.habit].map((key) => ({ key, kind: 'habit' as const, value: JSON.stringify(habits.get(key)) })),
      ...[...changed.places].map((key) => ({
        key,
        kind: 'places' as const,
        value: JSON.stringify([...(places.get(key)?.values() ?? [])]),
      })),
    ];
    changed.habit.clear();
    changed.places.clear();
    await writeMemory(db, notes, clock.now());
  };

  return {
    see: (sighting) => {
      for (const detector of detectors) {
        const finding = detector.look(sighting);
        if (finding === null) continue;
        working = working
          .then(() => deal(finding))
          .catch((error: unknown) => log.error({ err: error, kind: finding.kind }, 'a finding of the watch could not be dealt with'));
      }
    },
    isThrottled: (subject) => (throttles.get(`${subject.kind} ${subject.id}`) ?? 0) > clock.now(),
    settings: (workspaceId) => readWatchSettings(db, workspaceId),
    setSettings: (workspaceId, settings) => writeWatchSettings(db, workspaceId, settings),
    undo: (workspaceId, act) => takeBack(acts, workspaceId, act),
    tidy: async () => {
      await writeChanges();
      throttles = await readThrottles(db, clock.now());
      const beforeMs = clock.now() - memoryMs;
      await forgetMemory(db, beforeMs);
      for (const [key, habit] of habits) if (habit.day * dayMs < beforeMs) habits.delete(key);
      for (const [key, seen] of places) if ([...seen.values()].every((place) => place.lastMs < beforeMs)) places.delete(key);
    },
    settle: () => working,
  };
}
