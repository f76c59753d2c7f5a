/** Somebody reads far more than they are used to. */
import type { Detector } from '../finding.ts';

const dayMs = 86_400_000;
/** times the usual day, and rows below which nothing is much */
const limits = { ratio: 10, rows: 50_000 };
/** days of reading before there is a habit */
const leastDays = 5;
const daysKept = 14;

/** Rows read on past days, newest last; the habit of one person or key in one workspace. */
export interface Habit {
  /** UTC day number of `today` */
  day: number;
  today: number;
  /** rows of earlier days with any reading */
  before: readonly number[];
}

/** Habits by key; kept in the catalog between starts. */
export type Habits = Map<string, Habit>;

/** The habit after `rows` more at `atMs`. */
export function readMore(habit: Habit | undefined, atMs: number, rows: number): Habit {
  const day = Math.floor(atMs / dayMs);
  if (habit === undefined) return { day, today: rows, before: [] };
  if (habit.day === day) return { ...habit, today: habit.today + rows };
  return { day, today: rows, before: [...habit.before, habit.today].slice(-daysKept) };
}

/** The key of a habit. */
export function habitKey(workspaceId: string, subject: { kind: string; id: string }): string {
  return `${workspaceId} ${subject.kind} ${subject.id}`;
}

/** More than ten times the median of the days before. */
export function beyondHabit(habits: Habits, noteChange: (key: string) => void): Detector {
  return {
    kind: 'beyond-habit',
    look: (sighting) => {
      if (sighting.what !== 'call' || sighting.outcome !== 'done' || sighting.rows === 0) return null;
      const { workspaceId, subject, atMs, rows } = sighting;
      const key = habitKey(workspaceId, subject);
      const habit = readMore(habits.get(key), atMs, rows);
      habits.set(key, habit);
      noteChange(key);
      if (habit.before.length < leastDays || habit.today < limits.rows) return null;
      const usual = medianOf(habit.before);
      if (habit.today < usual * limits.ratio) return null;
      const title = `Read ${habit.today} rows today; ${usual} is usual.`;
      return {
        kind: 'beyond-habit',
        workspaceId,
        subject,
        severity: 'medium',
        title,
        evidence: { rowsToday: habit.today, usualRows: usual },
      };
    },
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
