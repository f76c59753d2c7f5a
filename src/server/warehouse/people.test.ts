/** Tests of reading people on a real warehouse. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { viewFor } from '../../../test/fixtures/views.ts';
import { maybePerson, readPeople } from './people.ts';

let subject: TestWarehouse;
let inserts = 0;

const insert = (table: string, rows: readonly object[]) =>
  subject.warehouse.insert({ table, token: `p${inserts++}`, bytes: [Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))] });
const said = (id: string, time: number, traits: object, kind = 'user') => ({ workspace: 'w', kind, id, time, traits, received: time });
const event = (user: string, anonymous: string, time: number) => ({
  workspace: 'w',
  name: 'n',
  time,
  id: '',
  user,
  anonymous,
  session: '',
  properties: {},
  source: 's',
  import_id: '',
  received: time,
});

beforeAll(async () => {
  subject = await openTestWarehouse();
  await insert('traits', [
    said('ann', 1_000, { plan: 'free', city: 'Kiel' }),
    said('ann', 3_000, { plan: 'pro' }),
    said('ann-old', 2_000, { plan: 'trial', since: '2020-01-01' }),
    said('bob', 5_000, { plan: 'free' }),
    said('acme', 9_000, { size: 7.5 }, 'group'),
    { ...said('eve', 9_000, {}), workspace: 'other' },
  ]);
  await insert('identity_links', [
    { workspace: 'w', alias: 'device', person: 'ann-old', time: 1, received: 1 },
    { workspace: 'w', alias: 'ann-old', person: 'ann', time: 2, received: 2 },
  ]);
  await insert('events', [
    event('ann', '', 10_000),
    event('', 'device', 4_000),
    event('ann-old', 'device', 6_000),
    event('', 'stranger', 7_000),
  ]);
});
afterAll(() => subject.close());

test('a person has the newest value of each trait, all ids, and its first and last event', async () => {
  const { rows, next } = await readPeople(subject.warehouse, viewFor('w'), { limit: 10 });
  expect(next).toBeNull();
  expect(rows).toEqual([
    { id: 'bob', ids: ['bob'], traits: { plan: 'free' }, firstSeenMs: null, lastSeenMs: null, events: 0 },
    {
      id: 'ann',
      ids: ['ann', 'ann-old', 'device'],
      traits: { plan: 'pro', city: 'Kiel', since: '2020-01-01' },
      firstSeenMs: 4_000,
      lastSeenMs: 10_000,
      events: 3,
    },
  ]);
});

test('pages follow each other', async () => {
  const first = await readPeople(subject.warehouse, viewFor('w'), { limit: 1 });
  expect(first.rows.map(({ id }) => id)).toEqual(['bob']);
  const second = await readPeople(subject.warehouse, viewFor('w'), { limit: 1, after: first.next ?? '' });
  expect(second).toMatchObject({ rows: [{ id: 'ann' }], next: null });
});

test('people are found by a part of an id or of a trait', async () => {
  expect((await readPeople(subject.warehouse, viewFor('w'), { limit: 10, text: 'KIEL' })).rows.map(({ id }) => id)).toEqual(['ann']);
  expect((await readPeople(subject.warehouse, viewFor('w'), { limit: 10, text: 'nobody' })).rows).toEqual([]);
});

test('any id leads to the person, also one that was never identified', async () => {
  expect((await maybePerson(subject.warehouse, viewFor('w'), 'device'))?.id).toBe('ann');
  expect(await maybePerson(subject.warehouse, viewFor('w'), 'stranger')).toMatchObject({ id: 'stranger', events: 1, traits: {} });
  expect(await maybePerson(subject.warehouse, viewFor('w'), 'eve')).toBeNull();
});
