/** Numbers as people read them: four significant digits at most, compact above 10,000, exact where asked. */

const locale = 'en-US';
const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 4 });
const scientific = new Intl.NumberFormat(locale, { notation: 'scientific', maximumSignificantDigits: 3 });
const exact = new Intl.NumberFormat(locale, { maximumSignificantDigits: 12 });
const percentOf = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const plainPercent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });

/** What stands where a number is missing. Missing is not zero. */
export const missing = '–';

/** Typographic minus instead of the hyphen that Intl writes, so that signs line up with digits. */
function withMinus(text: string): string {
  return text.replace('-', '−');
}

/** `value` with at most four significant digits, compact from 10,000: `1,284`, `12.34K`, `0.002`. Null gives {@link missing}. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  if (size >= 1e15 || (size !== 0 && size < 1e-6)) return withMinus(scientific.format(value));
  if (size >= 10_000) return withMinus(compact.format(value));
  return withMinus(Number.isInteger(value) ? integer.format(value) : significant.format(value));
}

/** `value` whole, grouped by thousands; of fractions twelve digits, which leaves out what binary arithmetic adds. Null gives {@link missing}. */
export function formatExact(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return missing;
  return withMinus(Number.isInteger(value) ? integer.format(value) : exact.format(value));
}

/** Currency codes of ISO 4217 look like this; anything else is a plain unit. */
const currencyPattern = /^[A-Z]{3}$/;

/** `value` with its unit: money with its currency, `ms` and `s` as durations, `ratio` as percent, others behind the number. */
export function formatQuantity(value: number | null, unit: string | null): string {
  if (value === null || !Number.isFinite(value)) return missing;
  if (unit === null || unit === '') return formatNumber(value);
  if (unit === 'ms') return formatDuration(value);
  if (unit === 's') return formatDuration(value * 1000);
  if (unit === 'ratio') return withMinus(plainPercent.format(value)).replace('%', ' %');
  if (unit === 'percent' || unit === '%') return `${formatNumber(value)} %`;
  if (currencyPattern.test(unit)) return formatMoney(value, unit);
  return `${formatNumber(value)} ${unit}`;
}

function formatMoney(value: number, currency: string): string {
  const notation = Math.abs(value) >= 10_000 ? 'compact' : 'standard';
  const digits: Intl.NumberFormatOptions =
    notation === 'compact' ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 2, trailingZeroDisplay: 'stripIfInteger' };
  return withMinus(new Intl.NumberFormat(locale, { style: 'currency', currency, notation, ...digits }).format(value));
}

/** A length of time given in ms, in the largest unit that keeps it readable: `840 ms`, `1.2 s`, `3 min`, `2.5 h`, `4 d`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  const steps: [limit: number, divisor: number, unit: string][] = [
    [1_000, 1, 'ms'],
    [60_000, 1_000, 's'],
    [3_600_000, 60_000, 'min'],
    [86_400_000, 3_600_000, 'h'],
  ];
  const [, divisor, unit] = steps.find(([limit]) => size < limit) ?? [0, 86_400_000, 'd'];
  const amount = ms / divisor;
  const rounded = Math.abs(amount) >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10;
  return `${formatNumber(rounded)} ${unit}`;
}

/** Bytes with a decimal unit: `1.2 MB`. */
export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = sizeBytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  const amount = sizeBytes / 1000 ** step;
  return `${significantTo(amount, amount < 10 ? 2 : 3)} ${units[step]}`;
}

function significantTo(value: number, digits: number): string {
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: digits }).format(value);
}

/** A share between 0 and 1 as `12.4 %`; what is there but rounds to nothing is `< 0.1 %`. */
export function formatShare(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return missing;
  if (ratio > 0 && ratio < 0.0005) return '< 0.1 %';
  return plainPercent.format(ratio).replace('%', ' %');
}

/** How a number moved against an earlier one. `ratio` is null where the earlier one was zero or missing. */
export interface Change {
  direction: 'up' | 'down' | 'same';
  ratio: number | null;
  /** `+12.4 %`, `new`, or {@link missing} */
  text: string;
}

/** The change from `before` to `now`. */
export function formatChange(now: number | null, before: number | null): Change {
  if (now === null || before === null) return { direction: 'same', ratio: null, text: missing };
  const direction = now > before ? 'up' : now < before ? 'down' : 'same';
  if (before === 0) return { direction, ratio: null, text: now === 0 ? '0 %' : 'new' };
  const ratio = (now - before) / Math.abs(before);
  const text =
    Math.abs(ratio) >= 10
      ? `×${formatNumber(Math.round((now / before) * 10) / 10)}`
      : `${withMinus(percentOf.format(ratio)).replace('%', '')} %`;
  return { direction, ratio, text };
}

/** `count` with the noun in the right number: `1 event`, `1,284 events`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
