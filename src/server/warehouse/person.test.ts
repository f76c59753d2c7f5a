/** Tests of who is who, on a real warehouse and against a plain walk. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { sql } from '../sql/statement.ts';
import { personExpression, personJoin, personLinks } from './person.ts';

let subject: TestWarehouse;
beforeAll(async () => {
  subject = await openTestWarehouse();
});
afterAll(() => subject.close());

let inserts = 0;

/** Links in the order they were said. */
async function link(workspace: string, links: readonly (readonly [alias: string, person: string])[]): Promise<void> {
  const rows = links.map(([alias, person], i) => JSON.stringify({ workspace, alias, person, time: 1_000 + i, received: 2_000 + i }));
  await subject.warehouse.insert({ table: 'identity_links', token: `links-${++inserts}`, bytes: [Buffer.from(rows.join('\n'))] });
}

async function resolved(workspace: string): Promise<Record<string, string>> {
  const { rows } = await subject.warehouse.ask(personLinks(workspace));
  return Object.fromEntries(rows as [string, string][]);
}

/** The rule, said the plain way. */
function walk(links: readonly (readonly [string, string])[]): Record<string, string> {
  const first = new Map<string, string>();
  for (const [alias, person] of links) if (alias !== person && !first.has(alias)) first.set(alias, person);
  const result: Record<string, string> = {};
  for (const start of first.keys()) {
    const path = [start];
    for (;;) {
      const next = first.get(path.at(-1) as string);
      if (next === undefined) break;
      const at = path.indexOf(next);
      path.push(at >= 0 ? (path.slice(at).sort()[0] as string) : next);
      if (at >= 0) break;
    }
    result[start] = path.at(-1) as string;
  }
  return result;
}

test('an anonymous id belongs to the user it was linked to first', async () => {
  await link('first', [
    ['device', 'ann'],
    ['device', 'bob'],
  ]);
  expect(await resolved('first')).toEqual({ device: 'ann' });
});

test('chains are followed to their end', async () => {
  await link('chain', [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['x', 'c'],
  ]);
  expect(await resolved('chain')).toEqual({ a: 'd', b: 'd', c: 'd', x: 'd' });
});

test('ids linked in a circle are one person, and nothing hangs', async () => {
  await link('circle', [
    ['c', 'a'],
    ['a', 'b'],
    ['b', 'c'],
    ['tail', 'b'],
    ['self', 'self'],
  ]);
  expect(await resolved('circle')).toEqual({ a: 'a', b: 'a', c: 'a', tail: 'a' });
});

test('another workspace has its own links', async () => {
  await link('mine', [['device', 'ann']]);
  await link('theirs', [['device', 'bob']]);
  expect(await resolved('mine')).toEqual({ device: 'ann' });
  expect(await resolved('nobody')).toEqual({});
});

test('any tangle of links comes out as a plain walk says', async () => {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const links = Array.from({ length: 400 }, () => [`id${next(150)}`, `id${next(150)}`] as const);
  await link('tangle', links);
  expect(await resolved('tangle')).toEqual(walk(links));
});

test('events are counted by person', async () => {
  const rows = [
    ['ann', ''],
    ['', 'device'],
    ['', 'other'],
    ['old-ann', 'device'],
    ['', ''],
  ].map(([user, anonymous], i) =>
    JSON.stringify({
      workspace: 'w',
      name: 'n',
      time: i,
      id: `${i}`,
      user,
      anonymous,
      session: '',
      properties: {},
      source: 's',
      import_id: '',
      received: i,
    }),
  );
  await subject.warehouse.insert({ table: 'events', token: 'events', bytes: [Buffer.from(rows.join('\n'))] });
  await link('w', [
    ['device', 'old-ann'],
    ['old-ann', 'ann'],
  ]);
  const { rows: counted } = await subject.warehouse.ask(
    sql`SELECT ${personExpression} AS person, count() FROM events ${personJoin('w')} WHERE workspace = 'w' GROUP BY person ORDER BY person`,
  );
  expect(counted).toEqual([
    ['', 1],
    ['ann', 3],
    ['other', 1],
  ]);
});
