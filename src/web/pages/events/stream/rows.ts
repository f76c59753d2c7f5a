/** The rows of the stream: what arrives over the live connection above what was stored before, each event once. */
import type { StoredEvent } from '../../../../shared/contract/events.ts';
import type { Activity } from '../../../../shared/contract/live.ts';

/** One line of the stream. */
export interface StreamRow {
  /** names the line while the page is open */
  id: string;
  /** key of the stored event; null while it is only known from the live connection */
  key: string | null;
  name: string;
  time: string;
  user: string;
  anonymous: string;
  properties: Readonly<Record<string, unknown>>;
  /** events between this line and the one below that are not shown, since too many came at once */
  hiddenBelow: number;
}

/** Larger steps of the numbering are a restart of the server, not events. */
const restartStep = 1_000_000;

/** The lines of live activities, newest first. */
export function liveRows(activities: readonly Activity[]): StreamRow[] {
  return activities.map((activity, at) => {
    const below = activities[at + 1];
    const step = below === undefined ? 1 : activity.n - below.n;
    return {
      id: `n${activity.n}`,
      key: null,
      name: activity.name,
      time: activity.time,
      user: activity.user,
      anonymous: activity.anonymous,
      properties: activity.properties,
      hiddenBelow: step > restartStep ? 0 : step - 1,
    };
  });
}

/** The line of a stored event. */
export function storedRow(event: StoredEvent): StreamRow {
  const { key, name, time, user, anonymous, properties } = event;
  return { id: key, key, name, time, user, anonymous, properties, hiddenBelow: 0 };
}

type Signed = Pick<StreamRow, 'name' | 'time' | 'user' | 'anonymous'>;

function signature({ name, time, user, anonymous }: Signed): string {
  return JSON.stringify([name, Date.parse(time), user, anonymous]);
}

/** `stored` without the events that `live` shows already; two equal events stay two. */
export function withoutShown(stored: readonly StreamRow[], live: readonly StreamRow[]): StreamRow[] {
  const shown = new Map<string, number>();
  for (const row of live) shown.set(signature(row), (shown.get(signature(row)) ?? 0) + 1);
  return stored.filter((row) => {
    const left = shown.get(signature(row)) ?? 0;
    if (left > 0) shown.set(signature(row), left - 1);
    return left === 0;
  });
}

/** How many events came after the newest of `frozen`; null when it cannot be told. */
export function waitingCount(activities: readonly Activity[], frozen: readonly Activity[]): number | null {
  const newest = activities[0]?.n ?? 0;
  const stoodAt = frozen[0]?.n;
  if (stoodAt === undefined) return activities.length;
  const hasRestarted = activities.some((activity, at) => activity.n - (activities[at + 1]?.n ?? activity.n) > restartStep);
  return hasRestarted || newest < stoodAt ? null : newest - stoodAt;
}

/** The stored event that `row` shows: same name, time and ids, and, where several are, the same first properties. */
export function storedOf(row: StreamRow, candidates: readonly StoredEvent[]): StoredEvent | undefined {
  const same = candidates.filter((event) => signature(event) === signature(row));
  const holds = (event: StoredEvent): boolean =>
    Object.entries(row.properties).every(([name, value]) => typeof value !== 'number' || event.properties[name] === value);
  return same.find(holds) ?? same[0];
}
