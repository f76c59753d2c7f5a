/** Tests of the lists of events and dead letters, on the real warehouse. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertSpooled } from '../../../../test/fixtures/insert-spooled.ts';
import { MemoryIdWindow, MemorySpool } from '../../../../test/fixtures/memory-spool.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../../test/fixtures/open-warehouse.ts';
import { maskSalt, viewFor } from '../../../../test/fixtures/views.ts';
import { saltedHash } from '../view/salt.ts';
import type { View } from '../view/view.ts';
import { maybeDeadLetter, readDeadLetters } from './dead-letters.ts';
import { sql } from '../../sql/statement.ts';
import { hashText } from './newest-first.ts';
import { maybeEvent, readEvents, type EventFilter } from './events.ts';

// The warehouse drops dead letters by its own clock, so these are of today.
const now = Date.now() - 60_000;
const minute = 60_000;
let store: TestWarehouse;

interface Row {
  name: string;
  timeMs: number;
  user?: string;
  anonymous?: string;
  properties?: object;
  source?: string;
}

const ws = 'ws';
const everything = { fromMs: null, toMs: null, limit: 50, after: null };

/** Seven events at one instant, one old, one ahead of the clock, one of another workspace. */
const rows: Row[] = [
  ...Array.from({ length: 7 }, (_, i) => ({ name: 'burst', timeMs: now - minute, user: `u${i}` })),
  {
    name: 'purchase',
    timeMs: now - 3 * 86_400_000,
    user: 'ana',
    properties: { item: { title: 'Grüner Tee' }, amount: 5 },
    source: 'segment',
  },
  { name: 'odd', timeMs: now - 4 * 86_400_000, properties: { 'a..b`c\\ d': 'an odd key', 'é.': [1, { x: 2 }] } },
  { name: 'ahead', timeMs: now + 3_600_000, anonymous: 'ana' },
];

beforeAll(async () => {
  store = await openTestWarehouse();
  const lines = [...rows.map((row) => line(row, ws)), line({ name: 'secret', timeMs: now }, 'other')];
  for (const [i, bytes] of lines.entries()) await store.warehouse.insert({ table: 'events', token: `t${i}`, bytes: [Buffer.from(bytes)] });
  const letters = Array.from({ length: 5 }, (_, i) => letter(i));
  await store.warehouse.insert({ table: 'dead_letters', token: 'd', bytes: [Buffer.from(letters.join(''))] });
});
afterAll(() => store.close());

function line(row: Row, workspace: string): string {
  const { name, timeMs, user = '', anonymous = '', properties = {}, source = 'http' } = row;
  return `${JSON.stringify({ workspace, name, time: timeMs, id: '', user, anonymous, session: '', properties, source, import_id: '', received: now })}\n`;
}

function letter(i: number): string {
  const reason = i % 2 === 0 ? 'NAME_MISSING' : 'TIME_INVALID';
  const body = 'ü'.repeat(i === 4 ? 30_000 : 10);
  return `${JSON.stringify({ workspace: ws, received: now - i * minute, source: 'http', import_id: '', reason, message: `m${i}`, name: `n${i}`, body })}\n`;
}

async function found(filter: EventFilter): Promise<string[]> {
  const { rows: events } = await readEvents(store.warehouse, viewFor(ws), filter, everything, now);
  return events.map((event) => event.name);
}

describe('events', () => {
  test('come newest first, of one workspace only, however old', async () => {
    expect(await found({})).toEqual(['ahead', ...Array.from({ length: 7 }, () => 'burst'), 'purchase', 'odd']);
  });

  test('are found by name, person, source and text', async () => {
    expect(await found({ name: 'purchase' })).toEqual(['purchase']);
    expect(await found({ user: 'ana' })).toEqual(['ahead', 'purchase']);
    expect(await found({ source: 'segment' })).toEqual(['purchase']);
    expect(await found({ text: 'grüner TEE' })).toEqual(['purchase']);
    expect(await found({ text: "' OR 1=1 --" })).toEqual([]);
    expect(await found({ text: 'AHE' })).toEqual(['ahead']);
    expect(await found({ text: 'odd key' })).toEqual(['odd']);
    expect(await found({ name: 'burst', user: 'ana' })).toEqual([]);
  });

  test.each([1, 2, 3, 4, 9])('pages of %i show each event once, also where many share an instant', async (limit) => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await readEvents(store.warehouse, viewFor(ws), {}, { ...everything, limit, after }, now);
      seen.push(...page.rows.map((event) => event.name + event.user));
      after = page.next;
    } while (after !== null);
    expect(seen).toHaveLength(rows.length);
    expect(new Set(seen).size).toBe(rows.length);
  });

  test('can be limited to a half-open span', async () => {
    const within = async (fromMs: number, toMs: number) =>
      (await readEvents(store.warehouse, viewFor(ws), {}, { ...everything, fromMs, toMs }, now)).rows.length;
    expect(await within(now - minute, now)).toBe(7);
    expect(await within(now - 2 * minute, now - minute)).toBe(0);
  });

  test('hashes have 16 digits, those with leading zeros too', async () => {
    const answer = await store.warehouse.ask(sql`SELECT ${hashText(sql`toUInt64(255)`)}, ${hashText(sql`toUInt64(18446744073709551615)`)}`);
    expect(answer.rows[0]).toEqual(['00000000000000ff', 'ffffffffffffffff']);
  });

  test('one is found again by its key, whole', async () => {
    const { rows: events } = await readEvents(store.warehouse, viewFor(ws), { name: 'purchase' }, everything, now);
    const event = await maybeEvent(store.warehouse, viewFor(ws), events[0]!.key);
    expect(event).toEqual(events[0]);
    expect(event).toMatchObject({
      user: 'ana',
      timeMs: now - 3 * 86_400_000,
      receivedMs: now,
      properties: { item: { title: 'Grüner Tee' }, amount: 5 },
    });
    expect(await maybeEvent(store.warehouse, viewFor('other'), events[0]!.key)).toBeNull();
  });
});

describe('events, to those who see a part', () => {
  const part = viewFor(ws, [{ field: 'name', isNot: ['burst'] }], [{ field: 'properties.item.title', as: 'hide' }]);
  const masked = viewFor(
    ws,
    [],
    [
      { field: 'user', as: 'hash' },
      { field: 'received', as: 'hide' },
      { field: 'properties', as: 'hide' },
    ],
  );
  const read = async (view: View, filter: EventFilter = {}, limit = 50) =>
    (await readEvents(store.warehouse, view, filter, { ...everything, limit }, now)).rows;
  const hashOf = (user: string) => saltedHash(maskSalt(ws), `s${user}`);

  test('are the rows of that part, without what is masked in them', async () => {
    expect((await read(part)).map(({ name }) => name)).toEqual(['ahead', 'purchase', 'odd']);
    expect((await read(part))[1]).toMatchObject({ user: 'ana', properties: { amount: 5 } });
    const [newest] = await read(masked, { name: 'burst' });
    expect(newest).toMatchObject({ receivedMs: null, properties: {} });
    expect(newest?.user).toMatch(/^[0-9a-f]{16}$/);
  });

  test('are found by what is shown of them, and by nothing else', async () => {
    expect(await read(part, { text: 'grüner' })).toEqual([]);
    expect(await read(part, { name: 'burst' })).toEqual([]);
    for (const filter of [{ user: 'u3' }, { text: 'u3' }, { text: 'grüner' }, { text: 'an odd' }])
      expect(await read(masked, filter)).toEqual([]);
    expect(await read(masked, { user: hashOf('u3') })).toHaveLength(1);
    expect(await read(masked, { text: hashOf('u3').slice(2, 14) })).toHaveLength(1);
  });

  test('have the same keys for all, which open only what may be seen', async () => {
    const whole = await read(viewFor(ws));
    const keyOf = (name: string) => whole.find((event) => event.name === name)!.key;
    expect(await maybeEvent(store.warehouse, part, keyOf('burst'))).toBeNull();
    expect(await maybeEvent(store.warehouse, part, keyOf('purchase'))).toMatchObject({ properties: { amount: 5 } });
    expect(await maybeEvent(store.warehouse, masked, keyOf('purchase'))).toMatchObject({ user: hashOf('ana'), properties: {} });
    expect((await read(masked)).map(({ key }) => key).toSorted()).toEqual(whole.map(({ key }) => key).toSorted());
  });

  test.each([1, 3])('come in pages of %i that show each once, although what tells them apart is masked', async (limit) => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await readEvents(store.warehouse, masked, {}, { ...everything, limit, after }, now);
      seen.push(...page.rows.map(({ key }) => key));
      after = page.next;
    } while (after !== null);
    expect(new Set(seen).size).toBe(rows.length);
    expect(seen).toHaveLength(rows.length);
  });
});

describe('dead letters', () => {
  test('come newest first, by reason, in pages, with long bodies cut', async () => {
    const all = await readDeadLetters(store.warehouse, ws, {}, everything, now);
    expect(all.rows.map((row) => row.message)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(all.rows[4]).toMatchObject({ isBodyCut: true, body: 'ü'.repeat(2_000), receivedMs: now - 4 * minute });
    expect(
      (await readDeadLetters(store.warehouse, ws, { reason: 'TIME_INVALID' }, everything, now)).rows.map((row) => row.message),
    ).toEqual(['m1', 'm3']);
    expect((await readDeadLetters(store.warehouse, ws, { source: 'posthog' }, everything, now)).rows).toEqual([]);
    const first = await readDeadLetters(store.warehouse, ws, {}, { ...everything, limit: 3 }, now);
    const second = await readDeadLetters(store.warehouse, ws, {}, { ...everything, limit: 3, after: first.next }, now);
    expect(second.rows.map((row) => row.message)).toEqual(['m3', 'm4']);
    expect(second.next).toBeNull();
  });

  test('one is found again by its key, with all that was kept', async () => {
    const { rows: letters } = await readDeadLetters(store.warehouse, ws, {}, everything, now);
    const whole = await maybeDeadLetter(store.warehouse, ws, letters[4]!.key);
    expect(whole).toMatchObject({ message: 'm4', isBodyCut: false, body: 'ü'.repeat(30_000) });
    expect(await maybeDeadLetter(store.warehouse, 'other', letters[4]!.key)).toBeNull();
  });
});

test('what the ingest pipeline writes is what is read', async () => {
  const idWindow = new MemoryIdWindow();
  const spool = new MemorySpool(idWindow);
  await spool.append({
    workspaceId: 'w2',
    source: 'http',
    tally: { received: 1, duplicates: 0, rejected: {} },
    keys: new BigUint64Array(0),
    hours: [],
    receivedMs: now,
    rows: [{ table: 'events', month: 202001, count: 1, bytes: Buffer.from(line({ name: 'x', timeMs: now + 123 }, 'w2')) }],
  });
  await insertSpooled(store.warehouse, spool);
  expect((await readEvents(store.warehouse, viewFor('w2'), {}, everything, now)).rows).toMatchObject([
    { name: 'x', timeMs: now + 123, properties: {} },
  ]);
});
