/** Tests of reading people on a real warehouse. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { maskSalt, viewFor } from '../../../test/fixtures/views.ts';
import { maybePerson, readPeople, type PeopleRequest } from './people.ts';
import { saltedHash } from './view/salt.ts';
import type { View } from './view/view.ts';

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

describe('people, to those who see a part', () => {
  const all = { limit: 10 };
  const read = async (view: View, request: PeopleRequest = all) => (await readPeople(subject.warehouse, view, request)).rows;
  const hashOf = (id: string) => saltedHash(maskSalt('w'), `s${id}`);

  test('are those with an event that may be seen, with these events only, and links between ids that occur in them', async () => {
    const view = viewFor('w', [{ field: 'time', lt: 5_000 }]);
    expect(await read(view)).toEqual([]);
    expect(await maybePerson(subject.warehouse, view, 'device')).toMatchObject({ id: 'device', ids: ['device'], events: 1, traits: {} });
    expect(await maybePerson(subject.warehouse, view, 'ann')).toBeNull();
    const wider = viewFor('w', [{ field: 'time', gte: 6_000 }]);
    expect(await read(wider)).toMatchObject([
      { id: 'ann', ids: ['ann', 'ann-old', 'device'], events: 2, firstSeenMs: 6_000, lastSeenMs: 10_000 },
    ]);
    const late = viewFor('w', [{ field: 'time', gte: 7_000 }]);
    expect(await read(late)).toMatchObject([
      { id: 'ann', ids: ['ann'], traits: { plan: 'pro', city: 'Kiel' }, events: 1, firstSeenMs: 10_000 },
    ]);
    expect(await read(late, { limit: 10, text: 'trial' })).toEqual([]);
  });

  test('have no trait that is masked, and are not found by it', async () => {
    const view = viewFor('w', [], [{ field: 'properties.plan', as: 'hash' }]);
    const [bob, ann] = await read(view);
    expect([bob?.traits, ann?.traits]).toEqual([{}, { city: 'Kiel', since: '2020-01-01' }]);
    for (const text of ['free', 'plan', 'trial']) expect(await read(view, { limit: 10, text })).toEqual([]);
    expect((await read(view, { limit: 10, text: 'kiel' })).map(({ id }) => id)).toEqual(['ann']);
    expect(await read(viewFor('w', [], [{ field: 'properties', as: 'hide' }]), { limit: 10, text: 'kiel' })).toEqual([]);
  });

  test('are known by hashes where ids are hashed: in lists, cursors and links', async () => {
    const view = viewFor('w', [], [{ field: 'user', as: 'hash' }]);
    const first = await readPeople(subject.warehouse, view, { limit: 1 });
    expect(first.rows).toMatchObject([{ id: hashOf('bob'), ids: [hashOf('bob')] }]);
    expect(first.next).toMatch(/^5000-[0-9a-f]+$/);
    const second = await readPeople(subject.warehouse, view, { limit: 1, after: first.next ?? '' });
    expect(second.rows[0]).toMatchObject({ id: hashOf('ann'), ids: ['ann', 'ann-old', 'device'].map(hashOf), events: 3 });
    expect(second.next).toBeNull();
    expect(await maybePerson(subject.warehouse, view, hashOf('device'))).toMatchObject({ id: hashOf('ann') });
    expect(await maybePerson(subject.warehouse, view, 'ann')).toBeNull();
    expect(await read(view, { limit: 10, text: 'ann' })).toEqual([]);
  });

  test('have no ids where these are hidden, and none can be looked up', async () => {
    const view = viewFor('w', [], [{ field: 'anonymous', as: 'hide' }]);
    expect((await read(view)).map(({ id, ids }) => [id, ids])).toEqual([
      ['', []],
      ['', []],
    ]);
    expect(await maybePerson(subject.warehouse, view, 'ann')).toBeNull();
    expect(await maybePerson(subject.warehouse, view, '')).toBeNull();
  });
});
