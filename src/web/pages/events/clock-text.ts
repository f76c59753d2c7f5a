/** Instants to the millisecond, in a zone and in UTC, for people who look at single events. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return format;
}

function partsOf(atMs: number, zone: string): { date: string; year: string; clock: string } {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) parts[type] = value;
  return {
    date: `${parts['day']} ${parts['month']}`,
    year: parts['year'] ?? '',
    clock: `${parts['hour']}:${parts['minute']}:${parts['second']}.${parts['fractionalSecond']}`,
  };
}

/** The wall clock of `zone` in full: `5 Mar 2026, 14:02:07.120`. */
export function fullClock(iso: string, zone: string): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const { date, year, clock } = partsOf(atMs, zone);
  return `${date} ${year}, ${clock}`;
}

/** As short as it is clear at `nowMs`: `14:02:07.120` today, `4 Mar, 14:02:07` this year, `4 Mar 2025, 14:02` before. */
export function shortClock(iso: string, zone: string, nowMs: number): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const at = partsOf(atMs, zone);
  const now = partsOf(nowMs, zone);
  if (at.year !== now.year) return `${at.date} ${at.year}, ${at.clock.slice(0, 5)}`;
  return at.date === now.date ? at.clock : `${at.date}, ${at.clock.slice(0, 8)}`;
}
