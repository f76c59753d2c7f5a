/** When people come: hours of the day where they live, days of the week, growth over the months, incidents. */
import { createRandom } from './random.ts';

/** Milliseconds of an hour and a day. */
export const hourMs = 3_600_000;
/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** Something out of the ordinary that the traffic shows. */
export interface Incident {
  kind: 'payments-fail' | 'slow' | 'campaign' | 'country-gone';
  fromMs: number;
  toMs: number;
  /** of `country-gone` */
  country: string | null;
}

/** Share of a day's visits by local hour; sums to 24, so that 1 is an average hour. */
const hourShares = [
  0.35, 0.2, 0.14, 0.1, 0.12, 0.25, 0.55, 0.9, 1.2, 1.45, 1.6, 1.55, 1.4, 1.45, 1.5, 1.45, 1.4, 1.35, 1.4, 1.55, 1.6, 1.35, 0.75, 0.39,
];

/** Share of a week's visits by UTC weekday, Sunday first; averages 1. */
const weekdayShares = [0.78, 1.12, 1.14, 1.1, 1.07, 0.99, 0.8];

/** Growth per 30 days. */
const monthlyGrowth = 1.06;

/** How busy the moment is against an average one of a business whose visitors live `offsetHours` from UTC. */
export function rhythmAt(epochMs: number, offsetHours: number): number {
  const local = epochMs + offsetHours * hourMs;
  const hour = Math.floor(local / hourMs);
  const share = mix(hourShares, hour, 24, (local % hourMs) / hourMs);
  return share * (weekdayShares[new Date(local).getUTCDay()] ?? 1);
}

/** Straight between the middles of the hours, so that no hour begins with a step. */
function mix(shares: readonly number[], hour: number, count: number, ratio: number): number {
  const here = shares[hour % count] ?? 1;
  const neighbour = shares[(hour + (ratio < 0.5 ? count - 1 : 1)) % count] ?? 1;
  return here + (neighbour - here) * Math.abs(ratio - 0.5);
}

/** Growth against `anchorMs`; before it less, after it more. */
export function growthAt(epochMs: number, anchorMs: number): number {
  return monthlyGrowth ** ((epochMs - anchorMs) / (30 * dayMs));
}

/** The incidents around `epochMs`: most weeks have one, on a day and at an hour that the seed decides. */
export function incidentsAt(epochMs: number, seed: number, countries: readonly string[]): Incident[] {
  return incidentsOfWeek(Math.floor(epochMs / (7 * dayMs)), seed, countries).filter(
    ({ fromMs, toMs }) => epochMs >= fromMs && epochMs < toMs,
  );
}

/** The incidents that begin in the week `week` since 1970. */
export function incidentsOfWeek(week: number, seed: number, countries: readonly string[]): Incident[] {
  const random = createRandom(seed, 'incident', week);
  if (!random.isTrue(0.8)) return [];
  const kind = random.weighted<Incident['kind']>([
    ['payments-fail', 4],
    ['slow', 3],
    ['campaign', 2],
    ['country-gone', 1],
  ]);
  const fromMs = week * 7 * dayMs + random.below(7) * dayMs + (8 + random.below(10)) * hourMs + random.below(60) * 60_000;
  const lengthMs = (kind === 'campaign' ? 4 : 1.5) * hourMs * (0.7 + random.next());
  const country = kind === 'country-gone' ? (countries[random.below(Math.min(3, countries.length))] ?? null) : null;
  return [{ kind, fromMs, toMs: fromMs + lengthMs, country }];
}
