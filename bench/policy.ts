/** Measures what a policy costs a question before it reaches the warehouse: resolved whole, and under row filters and masks. */
import type { Mask } from '../src/shared/model/policy.ts';
import type { Condition, QueryInput } from '../src/shared/model/query.ts';
import type { Policy } from '../src/server/identity/policy.ts';
import { limitsOf } from '../src/server/query/policy/limits.ts';
import { resolve } from '../src/server/query/resolve.ts';
import { policyFor } from '../test/fixtures/views.ts';
import { markdownTable, quantile, short } from './measure.ts';

const rounds = 300;
const questions = 50;

const rows: Condition[] = [
  { field: 'properties.country', is: ['DE', 'AT', 'CH'] },
  { field: 'properties.sellerId', is: ['s-4711'] },
  { field: 'name', isNot: ['internal'] },
  { any: [{ field: 'properties.amount', lt: 1_000 }, { not: { field: 'properties.amount', exists: true } }] },
  { field: 'properties.plan', isNot: ['secret', null] },
];
const masks: Mask[] = [
  { field: 'user', as: 'hash' },
  { field: 'anonymous', as: 'hash' },
  { field: 'session', as: 'hide' },
  { field: 'properties.email', as: 'hide' },
  { field: 'properties.phone', as: 'last4' },
  { field: 'properties.card', as: 'last4' },
  { field: 'properties.address', as: 'hide' },
  { field: 'properties.amount', as: 'bucket', step: 10 },
  { field: 'properties.age', as: 'bucket', step: 5 },
  { field: 'properties.ref', as: 'hash' },
];
const query: QueryInput = {
  kind: 'trend',
  metrics: [{ aggregate: 'count' }, { aggregate: 'unique', of: 'user' }, { aggregate: 'p95', of: 'properties.amount' }],
  where: [
    { field: 'name', is: ['purchase'] },
    {
      any: [
        { field: 'properties.amount', gte: 10 },
        { field: 'properties.coupon', exists: true },
      ],
    },
  ],
  by: ['properties.country'],
  range: { last: '30d' },
};

/** Microseconds a question, median and p99 over the rounds. `policyOf` gives the policy of one call. */
function measure(policyOf: () => Policy): [number, number] {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < questions; i++) {
      const policy = policyOf();
      const resolved = resolve(policy, query);
      if (JSON.stringify(resolved).length + (limitsOf(policy, resolved)?.masks.length ?? 0) === 0) throw new Error('nothing was resolved');
    }
    times.push(((performance.now() - start) * 1_000) / questions);
  }
  return [quantile(times, 0.5), quantile(times, 0.99)];
}

const whole = policyFor('w');
const kept = policyFor('w', rows, masks);
const cases: [string, () => Policy][] = [
  ['the whole workspace', () => whole],
  ['5 row filters and 10 masks, policy kept by the version of identity', () => kept],
  ['the same, policy made for this call (embed token, outside JWT)', () => policyFor('w', [...rows], [...masks])],
];
for (const [, policyOf] of cases) measure(policyOf);
const measured = cases.map(([name, policyOf]) => ({ name, times: measure(policyOf) }));
const [bare = 0] = measured[0]?.times ?? [];
const table = measured.map(({ name, times: [p50, p99] }) => [name, short(p50), short(p99), short(p50 - bare)]);
process.stdout.write(
  `${markdownTable(['resolving, cache key and limits, under', 'median us', 'p99 us', 'more than whole, us'], table)}\n\nBudget: session check and policy resolution add under 1,000 us to a question.\n`,
);
