/** Random limits: row filters that leave something, and masks on plain fields, properties and what lies below them. */
import fc from 'fast-check';
import type { DatasetRule, Mask } from '../../src/shared/model/policy.ts';
import type { Condition } from '../../src/shared/model/query.ts';
import { anyCondition, names, paths, users } from './random-question.ts';

/** Filters as roles have them: they let a part through. */
const usual: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constant('name'), isNot: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }) }),
  fc.record({
    field: fc.constantFrom('user', 'person', 'anonymous'),
    is: fc.array(fc.constantFrom(...users, 'a1', null), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ field: fc.constantFrom('user', 'person'), isNot: fc.array(fc.constantFrom(...users, null), { minLength: 1, maxLength: 2 }) }),
  fc.record({ field: fc.constantFrom(...paths), exists: fc.boolean() }),
  fc.record({ field: fc.constantFrom('properties.amount', 'properties.mixed'), gte: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ field: fc.constantFrom('time.hour', 'time.weekday'), lte: fc.integer({ min: 3, max: 20 }) }),
);
const anyRows = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Condition[]>([]) },
  { weight: 5, arbitrary: fc.array(usual, { minLength: 1, maxLength: 2 }) },
  { weight: 2, arbitrary: fc.array(anyCondition, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom<Condition[]>([{ any: [] }], [{ not: { field: 'user', is: ['{person.seller}'] } }]) },
);

const maskable = ['id', 'name', 'user', 'anonymous', 'session', 'person', 'received'].concat(paths, paths, [
  'properties.deep',
  'properties.deep.er',
  'properties.deep.er.value.inner',
  'properties.mixed.inner',
  'properties',
]);
const anyMask: fc.Arbitrary<Mask> = fc
  .record({
    field: fc.constantFrom(...maskable),
    as: fc.constantFrom('hide' as const, 'hash' as const, 'hash' as const, 'last4' as const, 'bucket' as const),
    step: fc.constantFrom(0.5, 2, 3, 10, 1_000),
  })
  .map(({ step, ...mask }) => (mask.as === 'bucket' ? { ...mask, step } : mask));

/** What some role lets be seen. */
export const anyRule: fc.Arbitrary<DatasetRule> = fc.record({ rows: anyRows, masks: fc.array(anyMask, { maxLength: 4 }) });
