/** Guessing a mapping and turning records into events. */
import { describe, expect, test } from 'vitest';
import { createEncoder } from './encode.ts';
import { guessMapping } from './guess.ts';
import type { Mapping } from './mapping.ts';
import { columnShapes } from './shape.ts';
import { createZone, maybeTime } from './time-format.ts';

const utc = createZone('UTC');

function guess(records: Record<string, unknown>[], options: { isText?: boolean; fileName?: string } = {}): Mapping {
  const isText = options.isText ?? false;
  const found = guessMapping(columnShapes(records, isText), { fileName: options.fileName ?? 'orders.csv.gz', timezone: 'UTC', isText });
  if (found.mapping === null) throw new Error(found.reason);
  return found.mapping;
}

function encode(mapping: Mapping, fields: Record<string, unknown>, index = 0): Record<string, unknown> {
  const line = createEncoder(mapping, 'file').encode({ index, text: null, fields, fault: null });
  return JSON.parse(line) as Record<string, unknown>;
}

describe('instants', () => {
  test.each([
    ['2012-11-24T03:14:12-08:00', 'iso', '2012-11-24T11:14:12.000Z'],
    ['2012-11-24 03:14:12.5', 'iso', '2012-11-24T03:14:12.500Z'],
    ['2010-12-01', 'iso', '2010-12-01T00:00:00.000Z'],
    ['20101201', 'iso', '2010-12-01T00:00:00.000Z'],
    ['2012/11/24 03:14 UTC', 'iso', '2012-11-24T03:14:00.000Z'],
    ['24.11.2012 03:14', 'dmy', '2012-11-24T03:14:00.000Z'],
    ['11/24/2012 3:14 PM', 'mdy', '2012-11-24T15:14:00.000Z'],
    ['12/1/10 12:05 am', 'mdy', '2010-12-01T00:05:00.000Z'],
    ['Sat, 24 Nov 2012 03:14:12 -0800', 'rfc', '2012-11-24T11:14:12.000Z'],
    ['24/Nov/2012:03:14:12 -0800', 'log', '2012-11-24T11:14:12.000Z'],
    [881250949, 's', '1997-12-04T15:55:49.000Z'],
    ['1353726852000', 'ms', '2012-11-24T03:14:12.000Z'],
  ] as const)('%s as %s is %s', (value, format, expected) => {
    expect(new Date(maybeTime(value, format, utc) ?? NaN).toISOString()).toBe(expected);
  });

  test.each([
    ['2012-02-30', 'iso'],
    ['2012-01-01T25:00', 'iso'],
    ['31/12/2012', 'mdy'],
    ['yesterday', 'iso'],
    ['', 's'],
  ] as const)('%s is no instant as %s', (value, format) => {
    expect(maybeTime(value, format, utc)).toBeNull();
  });

  test('a time without a zone is read in the zone of the import, also around a clock change', () => {
    const berlin = createZone('Europe/Berlin');
    const at = (text: string) => new Date(maybeTime(text, 'iso', berlin) ?? NaN).toISOString();
    expect(at('2024-07-01 12:00')).toBe('2024-07-01T10:00:00.000Z');
    expect(at('2024-01-01 12:00')).toBe('2024-01-01T11:00:00.000Z');
    expect(at('2024-10-27 02:30')).toBe('2024-10-27T00:30:00.000Z');
    expect(at('2024-07-01T12:00:00Z')).toBe('2024-07-01T12:00:00.000Z');
  });

  test('an unknown zone is wrong usage', () => {
    expect(() => createZone('Mars/Phobos')).toThrow('--timezone "Mars/Phobos" is not known');
  });
});

describe('the guess', () => {
  const invoices = [
    { InvoiceNo: '536365', InvoiceDate: '2010-12-01', CustomerID: '17850', TotalPrice: '139.12', Paid: 'true', Zip: '00123' },
    { InvoiceNo: '536366', InvoiceDate: '2010-12-02', CustomerID: '', TotalPrice: '22.2', Paid: 'false', Zip: '10115' },
  ];

  test('finds time, user and types in a CSV and names its events after the file', () => {
    expect(guess(invoices, { isText: true, fileName: 'Online Retail.csv.gz' })).toMatchObject({
      name: { constant: 'online_retail' },
      time: { column: 'InvoiceDate', format: 'iso' },
      user: 'CustomerID',
      id: null,
      cells: { InvoiceNo: 'text', TotalPrice: 'number', Paid: 'boolean', Zip: 'text', CustomerID: 'text' },
    });
  });

  test('keeps labels of digits as text, types the rest, and leaves empty cells out', () => {
    const mapping = guess(invoices, { isText: true });
    expect(encode(mapping, invoices[1] ?? {}, 7)).toEqual({
      id: 'file-7',
      name: 'orders',
      time: Date.UTC(2010, 11, 2),
      properties: { InvoiceNo: '536366', TotalPrice: 22.2, Paid: false, Zip: '10115' },
    });
  });

  test('a column of digits with leading zeros is text even under a name that says nothing', () => {
    const mapping = guess(
      [
        { at: '2024-01-01', lot: '00123' },
        { at: '2024-01-01', lot: '17' },
      ],
      { isText: true },
    );
    expect(mapping.cells.lot).toBe('text');
  });

  test('a column that is empty in the sample takes its cells as they come', () => {
    const mapping = guess([{ at: '2024-01-01', ms: '', orderNo: '' }], { isText: true });
    expect(mapping.cells).toMatchObject({ ms: 'auto', orderNo: 'text' });
    const { properties } = encode(mapping, { at: '2024-01-01', ms: '17.5', orderNo: '0017' });
    expect(properties).toEqual({ ms: 17.5, orderNo: '0017' });
  });

  test('takes events as they are', () => {
    const record = { id: 'a', name: 'commit', time: '2012-11-24T03:14:12-08:00', user: 'u', properties: { files: 2 } };
    const other = { ...record, id: 'b' };
    const mapping = guess([record, other]);
    expect(mapping).toMatchObject({ name: { column: 'name' }, time: { column: 'time' }, id: 'id', user: 'user', root: 'properties' });
    const text = JSON.stringify(record);
    expect(createEncoder(mapping, 'file').encode({ index: 0, text, fields: record, fault: null })).toBe(text);
  });

  test('understands the exports of others', () => {
    const mapping = guess([
      {
        event: 'Order Completed',
        timestamp: '2024-05-01T10:00:00Z',
        messageId: 'm1',
        userId: 'u1',
        anonymousId: 'n1',
        properties: { total: 3 },
      },
      { event: 'Page', timestamp: '2024-05-01T10:00:01Z', messageId: 'm2', userId: 'u1', anonymousId: 'n1', properties: { total: 3 } },
    ]);
    expect(mapping).toMatchObject({
      name: { column: 'event' },
      id: 'messageId',
      user: 'userId',
      anonymous: 'anonymousId',
      root: 'properties',
    });
  });

  test('an id that repeats is not the id', () => {
    expect(
      guess(
        [
          { id: '1', at: '2024-01-01' },
          { id: '1', at: '2024-01-02' },
        ],
        { isText: true },
      ).id,
    ).toBeNull();
  });

  test('says when day and month cannot be told apart', () => {
    const shapes = columnShapes([{ date: '01/02/2024' }], true);
    expect(guessMapping(shapes, { fileName: 'a.csv', timezone: 'UTC', isText: true })).toMatchObject({
      ambiguity: expect.stringContaining('--time-format dmy'),
    });
  });

  test('a number above twelve tells day from month', () => {
    expect(guess([{ date: '01/02/2024' }, { date: '01/31/2024' }], { isText: true }).time?.format).toBe('mdy');
  });

  test('one wrong value does not hide a column of times', () => {
    const records = [
      { time: '2024-01-01', note: '2024-01-01' },
      { time: 'soon', note: 'x' },
      { time: '2024-01-03', note: '2024-01-03' },
    ];
    expect(guess(records).time).toEqual({ column: 'time', format: 'iso' });
    expect(guess(records.map(({ note }) => ({ note }))).time).toBeNull();
  });

  test('a number is no time unless its column is called one', () => {
    expect(guess([{ price: '1400000000' }], { isText: true }).time).toBeNull();
    expect(guess([{ created_at: '1400000000' }], { isText: true }).time).toEqual({ column: 'created_at', format: 's' });
  });
});

describe('encoding', () => {
  const base: Mapping = {
    name: { constant: 'reading' },
    time: { column: 'at', format: 'iso' },
    timezone: 'UTC',
    user: null,
    anonymous: null,
    session: null,
    id: null,
    root: null,
    properties: null,
    cells: {},
  };

  test('columns can be paths into a record', () => {
    const mapping: Mapping = { ...base, time: { column: 'meta.at', format: 's' }, user: 'who.id', properties: ['value'] };
    expect(encode(mapping, { meta: { at: 1400000000 }, who: { id: 5 }, value: 1 })).toEqual({
      id: 'file-0',
      name: 'reading',
      time: 1400000000000,
      user: '5',
      properties: { value: 1 },
    });
  });

  test('a time that cannot be read goes to the server, which says so', () => {
    expect(encode(base, { at: 'soon' }).time).toBe('soon');
    expect(encode(base, { at: null }).time).toBe('');
  });

  test('columns of a CSV export go back to where they came from', () => {
    const cells = { 'properties.cart.total': 'number', 'properties.plan': 'text' } as const;
    expect(encode({ ...base, cells }, { at: '2024-01-01', 'properties.cart.total': '5', 'properties.plan': 'pro' }).properties).toEqual({
      cart: { total: 5 },
      plan: 'pro',
    });
  });

  test('a hostile column name changes nothing but its own event', () => {
    encode(base, { at: '2024-01-01', 'properties.__proto__.polluted': 'yes' });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a cell that is not of its column type stays text and is counted', () => {
    const encoder = createEncoder({ ...base, cells: { n: 'number' } }, 'file');
    const line = encoder.encode({ index: 0, text: null, fields: { at: '2024-01-01', n: 'C536379' }, fault: null });
    expect(JSON.parse(line)).toMatchObject({ properties: { n: 'C536379' } });
    expect(encoder.mistyped).toEqual(new Map([['n', 1]]));
  });
});
