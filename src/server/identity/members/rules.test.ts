/** Joined rules and bound placeholders, against a reference that goes row by row. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../../shared/contract/members.ts';
import type { DatasetRules, Mask } from '../../../shared/model/policy.ts';
import type { Condition, FieldCondition, Scalar } from '../../../shared/model/query.ts';
import { accessOf, seenAs, type Role } from './access.ts';
import { bindRules, maybeMisplaced, type PersonValues } from './bind.ts';
import { joinRules, noRow, ownRule, seesNoMore, seesNoMoreThanEither } from './rules.ts';

const fields = ['user', 'properties.country', 'properties.amount'];
const values: Scalar[] = ['a', 'b', 'c', 1, 2, 3, true];
const anyValue = fc.constantFrom(...values);
type Row = Record<string, Scalar>;
const anyRow: fc.Arbitrary<Row> = fc.record(Object.fromEntries(fields.map((field) => [field, anyValue])));

const leafWith = (value: fc.Arbitrary<Scalar>): fc.Arbitrary<Condition> =>
  fc.oneof(
    fc.record({ field: fc.constantFrom(...fields), is: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ field: fc.constantFrom(...fields), isNot: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ field: fc.constantFrom(...fields), gte: value }),
  );
const treeOf = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.letrec<{ tree: Condition }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record({ any: fc.array(tie('tree'), { maxLength: 3 }) }),
      fc.record({ all: fc.array(tie('tree'), { maxLength: 3 }) }),
      fc.record({ not: tie('tree') }),
    ),
  })).tree;
const anyMask: fc.Arbitrary<Mask> = fc.oneof(
  fc.record({
    field: fc.constantFrom('properties', 'properties.a', 'properties.a.b', 'user'),
    as: fc.constantFrom('hide', 'hash', 'last4'),
  }),
  fc.record({ field: fc.constantFrom('properties.a', 'user'), as: fc.constant('bucket' as const), step: fc.constantFrom(1, 10) }),
);
const rulesOf = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<DatasetRules> =>
  fc.dictionary(
    fc.constantFrom('events', 'orders'),
    fc.record({ rows: fc.array(treeOf(leaf), { maxLength: 3 }), masks: fc.array(anyMask, { maxLength: 4 }) }),
  );
const anyRules = rulesOf(leafWith(anyValue));

/** Whether a row is seen: the reference. */
function holds(condition: Condition, row: Row): boolean {
  if ('any' in condition) return condition.any.some((inner) => holds(inner, row));
  if ('all' in condition) return condition.all.every((inner) => holds(inner, row));
  if ('not' in condition) return !holds(condition.not, row);
  const value = row[condition.field]!;
  if (condition.is !== undefined && !condition.is.includes(value)) return false;
  if (condition.isNot?.includes(value)) return false;
  return condition.gte === undefined || (typeof value === typeof condition.gte && value >= condition.gte);
}
const isSeen = (rules: DatasetRules, dataset: string, row: Row): boolean =>
  (ownRule(rules, dataset)?.rows ?? []).every((condition) => holds(condition, row));
/** How strictly a field is masked; null: not at all. */
function strictnessOf(rules: DatasetRules, dataset: string, field: string): number | null {
  const ranks = (ownRule(rules, dataset)?.masks ?? [])
    .filter((mask) => field === mask.field || field.startsWith(`${mask.field}.`))
    .map(({ as, step }) => (as === 'bucket' ? step! / 100 : ['last4', 'hash', 'hide'].indexOf(as) + 1));
  return ranks.length === 0 ? null : Math.max(...ranks);
}
const maskedFields = ['user', 'properties', 'properties.a', 'properties.a.b', 'properties.a.b.c', 'properties.abc'];

describe('joined rules', () => {
  test('show exactly the rows that each of them shows, and mask as the strictest of them does', () => {
    fc.assert(
      fc.property(anyRules, anyRules, fc.array(anyRow, { minLength: 1, maxLength: 5 }), (a, b, rows) => {
        const joined = joinRules(a, b);
        for (const dataset of ['events', 'orders']) {
          for (const row of rows) expect(isSeen(joined, dataset, row)).toBe(isSeen(a, dataset, row) && isSeen(b, dataset, row));
          for (const field of maskedFields) {
            const both = [strictnessOf(a, dataset, field), strictnessOf(b, dataset, field)].filter((rank) => rank !== null);
            expect(strictnessOf(joined, dataset, field)).toBe(both.length === 0 ? null : Math.max(...both));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are the same in whatever order and however often they are joined', () => {
    fc.assert(
      fc.property(anyRules, anyRules, anyRules, (a, b, c) => {
        const joined = joinRules(a, joinRules(b, c));
        expect(joinRules(joinRules(c, a), b, a)).toEqual(joined);
        expect(joinRules(joined)).toEqual(joined);
        expect(seesNoMore(joined, a) && seesNoMore(joined, b)).toBe(true);
      }),
    );
  });

  test('are told to show no more than others only where that is so', () => {
    fc.assert(
      fc.property(anyRules, anyRules, anyRules, fc.array(anyRow, { minLength: 1, maxLength: 5 }), (a, b, extra, rows) => {
        for (const rules of [a, joinRules(a, extra), joinRules(a, b)]) {
          if (!seesNoMore(rules, b)) continue;
          for (const dataset of ['events', 'orders']) {
            for (const row of rows) expect(isSeen(rules, dataset, row) && !isSeen(b, dataset, row)).toBe(false);
            for (const field of maskedFields)
              expect(strictnessOf(rules, dataset, field) ?? -1).toBeGreaterThanOrEqual(strictnessOf(b, dataset, field) ?? -1);
          }
        }
      }),
    );
  });

  test('are held against several others one dataset at a time', () => {
    const events: DatasetRules = { events: { rows: [{ field: 'user', is: ['a'] }], masks: [] } };
    const orders: DatasetRules = { orders: { rows: [], masks: [{ field: 'user', as: 'hide' }] } };
    expect(seesNoMoreThanEither({}, events, orders)).toBe(true);
    expect(seesNoMoreThanEither({}, events, joinRules(events, orders))).toBe(false);
    expect(seesNoMoreThanEither(events, events, joinRules(events, orders))).toBe(true);
    expect(seesNoMoreThanEither({}, {})).toBe(true);
  });

  test('a dataset that is called like a member of every object has no rule by itself', () => {
    expect(ownRule({}, 'constructor')).toBeNull();
    expect(seesNoMore({}, JSON.parse('{"__proto__":{"rows":[{"field":"user","is":["a"]}],"masks":[]}}') as DatasetRules)).toBe(false);
    const own = JSON.parse('{"__proto__":{"rows":[{"any":[]}],"masks":[]}}') as DatasetRules;
    expect(ownRule(joinRules(own), '__proto__')?.rows).toEqual([noRow]);
  });

  test('of two buckets the larger counts', () => {
    const bucket = (step: number): DatasetRules => ({ events: { rows: [], masks: [{ field: 'properties.age', as: 'bucket', step }] } });
    expect(joinRules(bucket(5), bucket(10), bucket(7))).toEqual(bucket(10));
    expect([seesNoMore(bucket(10), bucket(5)), seesNoMore(bucket(5), bucket(10))]).toEqual([true, false]);
  });
});

describe('placeholders', () => {
  const account = { id: 'p_1', email: 'ada@example.com' };
  const bound = (rows: Condition[], attributes: Attributes = {}, who: PersonValues['account'] = account): Condition[] =>
    bindRules({ events: { rows, masks: [] } }, { account: who, attributes }).events!.rows;

  test('stand for id, e-mail address and attributes; a list becomes several values of "is"', () => {
    const rows: Condition[] = [
      { field: 'user', is: ['{person.id}', 'x'] },
      { not: { field: 'properties.owner', is: ['{person.email}'] } },
      {
        any: [
          { field: 'properties.seller', isNot: ['{person.sellers}'] },
          { field: 'properties.level', lte: '{person.level}' },
        ],
      },
    ];
    expect(bound(rows, { sellers: ['s1', 's2'], level: 3 })).toEqual([
      { field: 'user', is: ['p_1', 'x'] },
      { not: { field: 'properties.owner', is: ['ada@example.com'] } },
      {
        any: [
          { field: 'properties.seller', isNot: ['s1', 's2'] },
          { field: 'properties.level', lte: 3 },
        ],
      },
    ]);
  });

  test('that stand for nothing, wherever they are, leave no row', () => {
    const lost: FieldCondition[] = [
      { field: 'user', is: ['{person.missing}'] },
      { field: 'user', is: ['a', '{person.missing}'] },
      { field: 'user', isNot: ['{person.missing}'] },
      { field: 'user', isNot: ['{person.none}'] },
      { field: 'user', gt: '{person.list}' },
      { field: 'user', is: ['x{person.list}'] },
      { field: 'user', contains: '{person.id}' },
      { field: 'user', startsWith: '{person.id}' },
      { field: 'user', matches: '{person.id}' },
      { field: 'properties.{person.id}', exists: true },
      { field: 'user', is: ['{person.}'] },
      { field: 'user', is: ['{ person.id }'] },
      { field: 'user', is: ['{PERSON.id}'] },
      { field: 'user', is: ['{person.constructor}'] },
      { field: 'user', is: ['{person.__proto__}'] },
      { field: 'user', is: ['{person.twice}'] },
    ];
    const attributes: Attributes = { list: ['a', 'b'], none: [], twice: '{person.id}' };
    for (const leaf of lost) {
      for (const condition of [leaf, { not: leaf }, { any: [{ field: 'user', exists: true }, leaf] }, { not: { any: [leaf] } }])
        expect({ condition, rows: bound([{ field: 'user', is: ['a'] }, condition], attributes) }).toEqual({ condition, rows: [noRow] });
    }
    expect(bound([{ field: 'user', is: ['{person.id}'] }], {}, null)).toEqual([noRow]);
  });

  test('in random conditions: no row is seen with any attribute missing, and with all of them what the reference sees', () => {
    const names = ['x', 'y', 'z'];
    const leaf = leafWith(fc.oneof(anyValue, fc.constantFrom(...names.map((name) => `{person.${name}}`))));
    const anyAttributes = fc.dictionary(fc.constantFrom(...names), anyValue, { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(treeOf(leaf), { minLength: 1, maxLength: 3 }), anyAttributes, anyRow, (rows, attributes, row) => {
        const text = JSON.stringify(rows);
        const rule = bindRules({ events: { rows, masks: [] } }, { account, attributes });
        const isMissing = names.some((name) => text.includes(`{person.${name}}`) && !(name in attributes));
        const spelled = JSON.parse(
          text.replace(/"\{person\.(\w)\}"/g, (_, name: string) => JSON.stringify(attributes[name] ?? null)),
        ) as Condition[];
        expect(isSeen(rule, 'events', row)).toBe(!isMissing && spelled.every((condition) => holds(condition, row)));
        expect(rule.events!.rows.includes(noRow)).toBe(isMissing);
      }),
      { numRuns: 500 },
    );
  });

  test('that can never be bound are found before they are kept', () => {
    const misplaced = (condition: Condition) => maybeMisplaced({ events: { rows: [condition], masks: [] } });
    expect(misplaced({ any: [{ not: { field: 'user', contains: 'a{person.id}' } }] })).toBe('events: a{person.id}');
    expect(misplaced({ field: 'user', is: ['{person.region}'], gt: '{person.level}' })).toBeNull();
    expect(maybeMisplaced({ events: { rows: [], masks: [{ field: 'properties.{person.id}', as: 'hide' }] } })).not.toBeNull();
  });
});

describe('effective access', () => {
  const role = (name: string, rules: DatasetRules, ...permissions: Role['permissions']): Role => ({ id: name, name, permissions, rules });
  const person = { id: 'p_1', email: 'ada@example.com' };
  const german: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
  const ownSales: DatasetRules = { events: { rows: [{ field: 'properties.seller', is: ['{person.seller}'] }], masks: [] } };

  test('adds permissions up and joins limits', () => {
    const access = accessOf({
      workspaceId: 'ws',
      person,
      role: role('editor', german, 'dashboards:edit'),
      further: [role('sales', ownSales, 'events:read'), role('sales', ownSales, 'events:read')],
      attributes: { seller: 's1' },
      limits: {},
    });
    expect(access.permissions).toEqual(new Set(['dashboards:edit', 'events:read']));
    expect(access.policy).toEqual({
      workspaceId: 'ws',
      name: 'roles:editor+sales',
      rules: { events: { rows: [german.events!.rows[0], { field: 'properties.seller', is: ['s1'] }], masks: [] } },
    });
  });

  test('is named by its role, or "workspace" where nothing is limited', () => {
    const named = (rules: DatasetRules, limits: DatasetRules = {}) =>
      accessOf({ workspaceId: 'ws', person, role: role('viewer', rules), further: [], attributes: {}, limits }).policy.name;
    expect([named({}), named(german), named({}, german)]).toEqual(['workspace', 'role:viewer', 'role:viewer']);
  });

  test('never grows in what is seen by a further role, nor by seeing as a role in what may be done', () => {
    const anyRole = fc.record({
      id: fc.constantFrom('a', 'b'),
      name: fc.constantFrom('a', 'b'),
      permissions: fc.subarray(['events:read', 'sql:run', 'keys:manage'] as const),
      rules: anyRules,
    });
    fc.assert(
      fc.property(anyRole, anyRole, anyRow, (own, other, row) => {
        const grants = { workspaceId: 'ws', person, role: own, further: [], attributes: {}, limits: {} };
        const before = accessOf(grants);
        const joined = accessOf({ ...grants, further: [other] });
        const previewed = seenAs(before, other, { account: person, attributes: {} });
        for (const after of [joined, previewed])
          for (const dataset of ['events', 'orders'])
            expect(isSeen(after.policy.rules, dataset, row) && !isSeen(before.policy.rules, dataset, row)).toBe(false);
        expect(
          [...previewed.permissions].every((each) => before.permissions.has(each) && other.permissions.includes(each as 'sql:run')),
        ).toBe(true);
      }),
    );
  });
});
