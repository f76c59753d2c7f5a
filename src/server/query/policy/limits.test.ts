/** Row filters and masks on a real warehouse: what they keep, what is said of them, and that nothing of it comes out elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventAt, insertEvents, insertLinks } from '../../../../test/fixtures/event-rows.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../../test/fixtures/open-warehouse.ts';
import { maskSalt, policyFor } from '../../../../test/fixtures/views.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Condition, QueryInput } from '../../../shared/model/query.ts';
import type { Policy } from '../../identity/policy.ts';
import type { Warehouse } from '../../ports/warehouse.ts';
import { sql } from '../../sql/statement.ts';
import { saltedHash, saltValue, sendSalted } from '../../warehouse/view/salt.ts';
import { createQueryEngine, type QueryEngine, type QueryEngineDeps } from '../engine.ts';
import { assertRule } from './rule.ts';

const range = { from: '2024-05-01', to: '2024-05-03' };
const german: Condition[] = [{ field: 'properties.country', is: ['DE', 'AT'] }];
const total = (metrics: QueryInput['metrics'] = []): QueryInput => ({ kind: 'total', range, metrics });

let opened: TestWarehouse;
let asked: string[];
const recording: Pick<Warehouse, 'ask'> = {
  ask: (statement, options) => {
    asked.push(statement.text);
    return opened.warehouse.ask(statement, options);
  },
};

beforeAll(async () => {
  opened = await openTestWarehouse();
  await insertEvents(opened.warehouse, 'w', [
    eventAt('2024-05-01T08:00Z', 'buy', { id: '1', user: 'ann', properties: { country: 'DE', amount: 17, card: '4111222233334444' } }),
    eventAt('2024-05-01T09:00Z', 'buy', { id: '2', anonymous: 'phone', properties: { country: 'DE', amount: 3, card: 'n/a' } }),
    eventAt('2024-05-01T10:00Z', 'buy', {
      id: '3',
      user: 'bob',
      properties: { country: 'US', amount: 99, address: { zip: '10001', city: 'NY' } },
    }),
    eventAt('2024-05-01T11:00Z', 'look', {
      id: '4',
      anonymous: 'tablet',
      properties: { country: 'AT', items: [{ price: 5 }], ref: 'ann' },
    }),
  ]);
  await insertLinks(opened.warehouse, 'w', [
    { alias: 'phone', person: 'ann', timeMs: 1 },
    { alias: 'tablet', person: 'bob', timeMs: 2 },
  ]);
});
afterAll(() => opened.close());

function engineWith(cellVersion: QueryEngineDeps['cellVersion'] = () => '1'): QueryEngine {
  asked = [];
  let ids = 0;
  const clock = { now: () => Date.parse('2024-05-02T12:00Z') };
  return createQueryEngine({ warehouse: recording, clock, newId: () => `q${++ids}`, maskSalt, cellVersion });
}

const rowsOf = async (policy: Policy, query: QueryInput) => (await engineWith().ask(policy, query)).rows;
const refusalOf = async (policy: Policy, query: unknown): Promise<Problem> => {
  const error = await engineWith()
    .ask(policy, query)
    .catch((reason: unknown) => reason);
  if (!(error instanceof Problem)) throw new Error('it was answered');
  return error;
};

describe('a row filter', () => {
  test('follows links only between ids that occur in visible rows', async () => {
    const byPerson: QueryInput = { kind: 'breakdown', by: ['person'], range, order: { by: 'person' } };
    expect(await rowsOf(policyFor('w', german), byPerson)).toEqual([
      ['ann', 2],
      ['tablet', 1],
    ]);
    expect(await rowsOf(policyFor('w'), byPerson)).toEqual([
      ['ann', 2],
      ['bob', 2],
    ]);
  });

  test('may ask who a person is, through all links, while the question is told the visible ones', async () => {
    const notBob = policyFor('w', [{ field: 'person', isNot: ['bob'] }]);
    expect(await rowsOf(notBob, { kind: 'breakdown', by: ['person'], range })).toEqual([['ann', 2]]);
    expect(
      await rowsOf(policyFor('w', [...german, { field: 'person', is: ['bob'] }]), { kind: 'breakdown', by: ['person'], range }),
    ).toEqual([['tablet', 1]]);
  });

  test('means the same in whatever time zone a question is asked', async () => {
    const mornings = policyFor('w', [{ field: 'time.hour', lt: 10 }]);
    for (const timezone of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
      expect(await rowsOf(mornings, { kind: 'total', range: { last: '2d' }, timezone })).toEqual([[2]]);
    }
  });

  test('with a placeholder that was not bound lets nothing through, even inside "not"', async () => {
    for (const condition of [
      { field: 'user', is: ['{person.seller}'] },
      { not: { field: 'user', is: ['{person.seller}'] } },
      {
        any: [
          { field: 'name', exists: true },
          { field: 'user', startsWith: 'a{person.x}' },
        ],
      },
    ]) {
      expect(await rowsOf(policyFor('w', [condition]), total())).toEqual([[0]]);
      expect(asked.join()).not.toContain('person.');
    }
  });

  test('that cannot be applied lets nothing through, and says nothing of itself', async () => {
    for (const rows of [
      [{ field: 'country', is: ['secret'] }],
      [{ field: 'time.hour', is: ['secret'] }],
      [{ field: 'name', matches: '(secret' }],
    ]) {
      const { code, message } = await refusalOf(policyFor('w', rows, [], 'role:broken'), {
        ...total(),
        where: [{ field: 'name', matches: '^b' }],
      });
      expect(code).toBe('FORBIDDEN');
      expect(message).not.toContain('secret');
    }
    expect(() => assertRule({ rows: [{ field: 'country', is: ['DE'] }], masks: [] })).toThrow('properties.country');
    expect(() => assertRule({ rows: [], masks: [{ field: 'time.hour', as: 'hide' }] })).toThrow('masks[0].field');
    expect(() => assertRule({ rows: [{ field: 'time.hour', gte: '{person.from}' }], masks: [] })).not.toThrow();
  });
});

describe('a mask', () => {
  const masked = (field: string, as: 'hide' | 'hash' | 'last4' | 'bucket', step?: number): Policy =>
    policyFor('w', [], [step === undefined ? { field, as } : { field, as, step }]);
  const hashOf = (text: string) => saltedHash(maskSalt('w'), `s${text}`);

  test('holds wherever the field is used: shown, filtered, grouped, measured, ordered', async () => {
    const hidden = masked('properties.amount', 'hide');
    const metrics: QueryInput['metrics'] = [
      { aggregate: 'count', of: 'properties.amount' },
      { aggregate: 'max', of: 'properties.amount' },
      { aggregate: 'p50', of: 'properties.amount' },
      { aggregate: 'count', as: 'probe', where: [{ field: 'properties.amount', gt: 50 }] },
    ];
    expect(await rowsOf(hidden, total(metrics))).toEqual([[0, null, null, 0]]);
    expect(await rowsOf(hidden, { ...total(), where: [{ field: 'properties.amount', gte: 0 }] })).toEqual([[0]]);
    expect(await rowsOf(hidden, { kind: 'breakdown', by: ['properties.amount'], range })).toEqual([[null, 4]]);
    const byAmount: QueryInput = { kind: 'table', range, columns: ['id'], order: { by: 'properties.amount' } };
    expect(await rowsOf(hidden, byAmount)).toEqual(await rowsOf(hidden, { ...byAmount, order: { by: 'time', desc: true } }));
  });

  test('by steps gives what lies in the step, to filters and measures as well', async () => {
    const metrics: QueryInput['metrics'] = [{ aggregate: 'sum', of: 'properties.amount' }];
    expect(await rowsOf(masked('properties.amount', 'bucket', 10), total(metrics))).toEqual([[100]]);
    expect(
      await rowsOf(masked('properties.amount', 'bucket', 10), { ...total(), where: [{ field: 'properties.amount', is: [17] }] }),
    ).toEqual([[0]]);
  });

  test('by hash joins fields and questions: the same value has the same hash everywhere in a workspace', async () => {
    const both = policyFor(
      'w',
      [],
      [
        { field: 'user', as: 'hash' },
        { field: 'properties.ref', as: 'hash' },
      ],
    );
    expect(await rowsOf(both, { kind: 'table', range, columns: ['user', 'properties.ref'], order: { by: 'time' } })).toEqual([
      [hashOf('ann'), null],
      [null, null],
      [hashOf('bob'), null],
      [null, hashOf('ann')],
    ]);
    expect(await rowsOf(both, { ...total(), where: [{ field: 'user', is: [hashOf('ann')] }] })).toEqual([[1]]);
    expect(await rowsOf(both, { ...total(), where: [{ field: 'user', is: ['ann'] }] })).toEqual([[0]]);
    expect(maskSalt('w')).not.toBe(maskSalt('other'));
  });

  test('of ids hides who the person is, whichever of them is masked', async () => {
    for (const field of ['user', 'anonymous', 'person']) {
      expect(await rowsOf(masked(field, 'hide'), total([{ aggregate: 'unique', of: 'person' }]))).toEqual([[0]]);
      expect(asked.join()).not.toContain('identity_links');
    }
    expect(await rowsOf(masked('user', 'hash'), { kind: 'breakdown', by: ['person'], range, limit: 1, order: { by: 'person' } })).toEqual([
      [[hashOf('ann'), hashOf('bob')].toSorted()[0], 2],
      [{ others: true }, 2],
    ]);
  });

  test('shows the last four characters of what is longer', async () => {
    const query: QueryInput = { kind: 'table', range, columns: ['properties.card'], order: { by: 'time' }, limit: 2 };
    expect(await rowsOf(masked('properties.card', 'last4'), query)).toEqual([['••••4444'], ['••••']]);
  });

  test('covers what lies below it, and lists that may hold what it covers', async () => {
    const columns = ['properties.address.zip', 'properties.address.city', 'properties.items', 'properties'];
    const query: QueryInput = { kind: 'table', range, columns, order: { by: 'time' }, where: [{ field: 'id', is: ['3', '4'] }] };
    const below = policyFor(
      'w',
      [],
      [
        { field: 'properties.address', as: 'hide' },
        { field: 'properties.items.price', as: 'hide' },
      ],
    );
    expect(await rowsOf(below, query)).toEqual([
      [null, null, null, { country: 'US', amount: 99 }],
      [null, null, null, { country: 'AT', ref: 'ann' }],
    ]);
    expect(await rowsOf(below, total([{ aggregate: 'count', of: 'properties.items' }]))).toEqual([[0]]);
    expect((await rowsOf(policyFor('w', [], [{ field: 'properties', as: 'hash' }]), query))[0]).toEqual([
      hashOf('10001'),
      hashOf('NY'),
      null,
      {},
    ]);
  });

  test('is not got around by the engine’s own notation for what lies below a path', async () => {
    const policy = policyFor('w', [], [{ field: 'properties.items.price', as: 'hide' }]);
    for (const field of ['properties.^`items`', 'properties.items.:`Array(JSON)`.price', 'properties.items.:`String`']) {
      expect((await refusalOf(policy, { kind: 'table', range, columns: [field] })).code).toBe('FIELD_UNKNOWN');
    }
  });

  test('leaves no trace in the cursor of a table, nor in the order of rows of one instant', async () => {
    const policy = masked('user', 'hide');
    const engine = engineWith();
    const first = await engine.ask(policy, { kind: 'table', range, columns: ['user'], order: { by: 'user' }, limit: 2 });
    expect(Buffer.from(first.next ?? '', 'base64url').toString()).toMatch(/^\[\d+,\d+,2\]$/);
    expect(asked[0]).toContain('sipHash64');
    expect(asked[0]).not.toMatch(/ORDER BY[^(]*`user`/);
  });
});

describe('the lineage', () => {
  test('names the policy and what it kept, with values only of what all rows have', async () => {
    const rows: Condition[] = [
      ...german,
      { field: 'properties.customer', isNot: ['Secret Inc'] },
      {
        any: [
          { field: 'user', is: ['secret'] },
          { field: 'name', exists: true },
        ],
      },
    ];
    const policy = policyFor(
      'w',
      rows,
      [
        { field: 'properties.amount', as: 'bucket', step: 10 },
        { field: 'session', as: 'hide' },
      ],
      'role:sales',
    );
    const { lineage } = await engineWith().ask(policy, total([{ aggregate: 'sum', of: 'properties.amount' }]));
    expect(lineage.policy).toBe('role:sales');
    expect(lineage.limits).toEqual({
      rows: [{ fields: ['properties.country'], is: ['DE', 'AT'] }, { fields: ['properties.customer'] }, { fields: ['user', 'name'] }],
      masks: [{ field: 'properties.amount', as: 'bucket', step: 10 }],
    });
    expect(lineage.rowsRead).toBe(0);
    expect(lineage.sql).toContain('`properties`.`customer`.:`String` IN …');
    expect(lineage.sql).not.toMatch(/secret/i);
    expect((await engineWith().ask(policyFor('w'), total())).lineage).not.toHaveProperty('limits');
  });

  test('tells no values of a filter on a field that is masked', async () => {
    const policy = policyFor('w', german, [{ field: 'properties.country', as: 'hide' }]);
    expect((await engineWith().ask(policy, total())).lineage.limits?.rows).toEqual([{ fields: ['properties.country'] }]);
  });

  test('lists what is left out of properties that are shown whole', async () => {
    const policy = policyFor('w', [], [{ field: 'properties.address', as: 'hash' }]);
    const { lineage } = await engineWith().ask(policy, { kind: 'table', range });
    expect(lineage.limits).toEqual({ rows: [], masks: [{ field: 'properties.address', as: 'hide' }] });
  });

  test('never shows the salt, which only the statement that is sent has', async () => {
    const policy = policyFor('w', [], [{ field: 'user', as: 'hash' }]);
    const result = await engineWith().ask(policy, {
      kind: 'breakdown',
      by: ['user'],
      range,
      limit: 1,
      metrics: [{ aggregate: 'unique', of: 'user' }],
    });
    expect(result.lineage.sql).toContain('<the salt of this workspace>');
    expect(JSON.stringify(result)).not.toContain(maskSalt('w'));
    expect(asked.join()).not.toContain(maskSalt('w'));
  });
});

test('an error of the engine, which quotes what it was sent, does not have the salt either', async () => {
  const statement = sql`SELECT length(${saltValue}), no_such_column FROM events`;
  const error = await sendSalted(
    statement,
    () => maskSalt('w'),
    (salted) => opened.warehouse.ask(salted),
  ).catch((reason: unknown) => reason);
  expect((error as Error).message).toContain("length('the salt of this workspace')");
  expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain(maskSalt('w'));
  // without the salt it cannot be sent at all
  await expect(opened.warehouse.ask(statement)).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
});

describe('the cache', () => {
  test('gives all who see the same one answer, each under the name of their own policy', async () => {
    const engine = engineWith();
    const names = Array.from({ length: 200 }, (_, i) => `role:viewer-${i % 2}`);
    const results = await Promise.all(names.map((name) => engine.ask(policyFor('w', german, [], name), total())));
    expect(asked).toHaveLength(1);
    expect(results.map(({ lineage }) => lineage.policy)).toEqual(names);
  });

  test('keeps those apart who see different rows or other masks of what is asked', async () => {
    const engine = engineWith();
    const query: QueryInput = { kind: 'breakdown', by: ['user'], range };
    const masks = (as: 'hide' | 'hash') => [{ field: 'user', as }];
    const policies = [
      policyFor('w'),
      policyFor('w', german, [], 'same'),
      policyFor('w', german.concat({ field: 'name', is: ['buy'] }), [], 'same'),
      policyFor('w', [], masks('hide'), 'same'),
      policyFor('w', [], masks('hash'), 'same'),
      policyFor('other', [], masks('hash'), 'same'),
    ];
    const first = await Promise.all(policies.map((policy) => engine.ask(policy, query)));
    const again = await Promise.all(policies.map((policy) => engine.ask(policy, query)));
    expect(asked).toHaveLength(6);
    expect(again.map(({ rows }) => rows)).toEqual(first.map(({ rows }) => rows));
    expect(new Set(first.map(({ rows }) => JSON.stringify(rows))).size).toBe(6);
  });

  test('forgets answers about people when links change, and under a row filter when events of any time do', async () => {
    const cells: string[] = [];
    const engine = engineWith((_, dataset, fromHour) => `${cells.push(`${dataset} ${fromHour === 0 ? 'always' : 'range'}`)}`);
    const people = total([{ aggregate: 'unique', of: 'person' }]);
    for (const [policy, query] of [
      [policyFor('w'), people],
      [policyFor('w', german), people],
      [policyFor('w', [{ field: 'person', is: ['ann'] }]), total()],
      [policyFor('w', german), total()],
    ] as const) {
      await engine.ask(policy, query);
      cells.push('|');
    }
    expect(
      cells
        .join(' ')
        .split(' |')
        .map((each) => each.trim()),
    ).toEqual([
      'events range identity_links always',
      'events range identity_links always events always',
      'events range identity_links always',
      'events range',
      '',
    ]);
  });

  test('shares answers where a mask covers nothing of what is asked', async () => {
    const engine = engineWith();
    await engine.ask(policyFor('w'), total());
    expect((await engine.ask(policyFor('w', [], [{ field: 'user', as: 'hide' }]), total())).lineage).toMatchObject({
      cache: 'hit',
      policy: 'part',
    });
  });
});
