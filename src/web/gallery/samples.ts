/** Every awkward shape of data that a panel may meet. */
import type { Activity } from '../../shared/contract/live.ts';
import type { Result } from '../../shared/model/result.ts';
import type { PictureKind } from '../panels/kinds/Picture.tsx';
import { breakdownResult, sampleHours, trendResult, weekResult } from '../charts/sample-results.ts';

/** The instant at which the gallery was taken: half past twelve on 5 March 2026, UTC. */
export const galleryNowMs = Date.UTC(2026, 2, 5, 12, 30);

/** One case of the gallery. */
export interface Sample {
  title: string;
  kind: PictureKind;
  result: Result;
  isAdditive?: boolean;
}

/** A rhythm that looks like a day: seeded, so that the gallery is always the same. */
function rhythm(seed: number, size: number, count = 24): number[] {
  return Array.from({ length: count }, (_, at) =>
    Math.max(0, Math.round(size * (1.2 + Math.sin((at - 8 + seed) / 3.8) + 0.25 * Math.sin(at * (2.3 + seed))))),
  );
}

function withComparison(result: Result, before: readonly (number | null)[]): Result {
  const hours = sampleHours(before.length).map((hour) => hour.replace('03-05', '03-04'));
  return {
    ...result,
    comparison: { rows: hours.map((hour, at) => [hour, before[at] ?? null]), totals: [], range: { from: '2026-03-04', to: '2026-03-05' } },
  };
}

const day = rhythm(0, 400);
const countries = ['DE', 'AT', 'CH', 'FR', 'IT', 'ES', 'PL', 'NL'];
const longName = 'checkout/shipping-address-confirmation-with-express-delivery-and-a-very-long-campaign-identifier-2026-03';
const split = Object.fromEntries(countries.map((name, at) => [name, rhythm(at, 60 + at * 25)]));

const trends: Sample[] = [
  { title: 'A day, compared with the day before', kind: 'area', result: withComparison(trendResult({ events: day }), rhythm(0.4, 380)) },
  { title: 'Nothing', kind: 'line', result: trendResult({ events: [] }) },
  { title: 'One point', kind: 'line', result: trendResult({ events: [42] }) },
  {
    title: 'Gaps and a lonely point',
    kind: 'line',
    result: trendResult(
      { 'response time': day.map((value, at) => (at % 7 === 3 || (at > 8 && at < 11) || at === 7 ? null : value)) },
      'ms',
    ),
  },
  { title: 'Below zero', kind: 'bar', result: trendResult({ balance: day.map((value) => value - 450) }, 'EUR') },
  { title: 'Huge', kind: 'line', result: trendResult({ bytes: day.map((value) => value * 9.7e12) }) },
  { title: 'Far from zero', kind: 'line', result: trendResult({ level: day.map((value) => 990_000 + value) }) },
  { title: 'Only zeros', kind: 'area', result: trendResult({ errors: day.map(() => 0) }) },
  { title: 'Eight series and the others', kind: 'line', result: trendResult({ ...split, others: rhythm(3, 90) }) },
  {
    title: 'Parts of a whole',
    kind: 'area',
    result: trendResult({ DE: split['DE'] ?? [], AT: split['AT'] ?? [], CH: split['CH'] ?? [], others: rhythm(3, 40) }),
  },
  {
    title: 'Parts of a whole, as bars',
    kind: 'bar',
    result: trendResult({ DE: split['DE'] ?? [], AT: split['AT'] ?? [], others: rhythm(3, 40) }),
  },
  {
    title: 'A thousand series',
    kind: 'line',
    result: trendResult(Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`endpoint-${at}`, rhythm(at, at)]))),
  },
  { title: 'Long names', kind: 'line', result: trendResult({ [longName]: rhythm(1, 50), [`${longName}-b`]: rhythm(2, 70) }) },
  {
    title: 'Right to left',
    kind: 'line',
    result: trendResult({ 'تسجيل الدخول': rhythm(1, 50), 'עגלת קניות': rhythm(2, 70), purchase: rhythm(3, 30) }),
  },
];

const rankings: Sample[] = [
  {
    title: 'Ranking',
    kind: 'ranking',
    result: breakdownResult([...countries.map((name, at): [string, number] => [name, 9000 / (at + 1)]), [{ others: true }, 3100]]),
  },
  {
    title: 'Ranking: awkward names',
    kind: 'ranking',
    result: breakdownResult([
      [longName, 900],
      ['تسجيل الدخول', 700],
      ['', 300],
      [null, 200],
      ['<script>alert(1)</script>', 100],
      [true, 50],
    ]),
  },
  {
    title: 'Ranking: below zero',
    kind: 'ranking',
    isAdditive: false,
    result: breakdownResult(
      [
        ['refunds', -120],
        ['sales', 380],
        ['fees', -45.5],
      ],
      'EUR',
    ),
  },
  { title: 'Ranking: one', kind: 'ranking', result: breakdownResult([['DE', 1]]) },
  {
    title: 'Ranking: 1,000 groups',
    kind: 'ranking',
    result: breakdownResult(Array.from({ length: 1000 }, (_, at): [string, number] => [`/product/${at}`, 1_000_000 / (at + 1)])),
  },
];

const others: Sample[] = [
  {
    title: 'A week',
    kind: 'heatmap',
    result: weekResult((weekday, hour) => Math.round((weekday < 6 ? 80 : 20) * Math.max(0, Math.sin((hour - 5) / 5)))),
  },
  {
    title: 'A week: gaps',
    kind: 'heatmap',
    isAdditive: false,
    result: weekResult((weekday, hour) => (weekday === 2 || hour % 5 === 0 ? null : hour * weekday)),
  },
  { title: 'Table', kind: 'table', result: withComparison(trendResult({ events: day }), rhythm(0.4, 380)) },
  {
    title: 'Table: long names',
    kind: 'table',
    result: breakdownResult([
      [longName, 123_456_789.123],
      ['עגלת קניות', null],
    ]),
  },
];

/** The cases that are drawn from an answer. */
export const samples: readonly Sample[] = [...trends, ...rankings, ...others];

/** Lines of an activity feed, awkward ones too. */
export const sampleActivities: readonly Activity[] = [
  {
    n: 5,
    name: 'purchase',
    time: '2026-03-05T12:29:58Z',
    user: 'ada@example.com',
    anonymous: '',
    properties: { amount: 42.5, currency: 'EUR', plan: 'pro' },
  },
  {
    n: 4,
    name: longName,
    time: '2026-03-05T12:29:30Z',
    user: '',
    anonymous: '5f0c6a1e-77aa-4c',
    properties: { path: `/${longName}/${longName}` },
  },
  { n: 3, name: 'تسجيل الدخول', time: '2026-03-05T12:10:00Z', user: 'ليلى', anonymous: '', properties: { المدينة: 'القاهرة' } },
  { n: 2, name: 'heartbeat', time: '2026-03-05T09:00:00Z', user: '', anonymous: '', properties: {} },
];
