/** Decides what a few days of counts look like as bars from zero: heights, what each says, and the whole in one sentence. */
import { formatCount, formatExact } from '../../../shared/format/number.ts';

/** The count of one day. */
export interface DayCount {
  /** ISO date */
  day: string;
  count: number;
}

/** A bar. */
export interface DayBar {
  day: string;
  count: number;
  /** 0..1 of the highest bar */
  height: number;
  /** "Thu 5 Mar: 12" */
  words: string;
}

/** The bars and what stands around them. */
export interface DayBars {
  bars: DayBar[];
  /** what the highest bar stands for; 0: there is nothing */
  top: number;
  sum: number;
  first: string;
  last: string;
  /** for those who cannot see the bars */
  sentence: string;
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' });

/** The name of an ISO date: `Thu 5 Mar`. */
export function dayName(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : dayFormat.format(at).replace(',', '');
}

/** The bars of `days`, oldest first; `noun` is what is counted: "sign-in". */
export function prepareDayBars(days: readonly DayCount[], noun: string): DayBars {
  const top = Math.max(0, ...days.map(({ count }) => count));
  const sum = days.reduce((total, { count }) => total + count, 0);
  const bars = days.map(({ day, count }) => ({
    day,
    count,
    height: top === 0 ? 0 : count / top,
    words: `${dayName(day)}: ${formatExact(count)}`,
  }));
  const most = bars.find((bar) => bar.count === top);
  const sentence =
    sum === 0 || most === undefined
      ? `No ${noun} in ${formatCount(days.length, 'day')}.`
      : `${formatCount(sum, noun)} in ${formatCount(days.length, 'day')}; most on ${dayName(most.day)}, ${formatExact(top)}.`;
  return { bars, top, sum, first: dayName(days[0]?.day ?? ''), last: dayName(days.at(-1)?.day ?? ''), sentence };
}
