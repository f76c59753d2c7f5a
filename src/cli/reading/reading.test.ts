/** Reading files of every format, whole and from the middle. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CsvShape } from './csv.ts';
import { hashContent, openInput } from './input.ts';
import { readRows, readSample } from './read-rows.ts';
import type { SourceRow } from './row.ts';

const csv: CsvShape = { delimiter: null, columns: null, encoding: 'utf-8' };
const noStdin = Readable.from([]);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-reading-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readFile(
  name: string,
  content: string | Uint8Array,
  options: { skip?: number; shape?: CsvShape } = {},
): Promise<SourceRow[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const input = await openInput(path, noStdin);
  const rows: SourceRow[] = [];
  for await (const batch of readRows(input, options.shape ?? csv, options.skip ?? 0, { bytes: 0 })) rows.push(...batch);
  await input.close();
  return rows;
}

const fieldsOf = (rows: readonly SourceRow[]) => rows.map((row) => row.fields);

describe('CSV', () => {
  test('quotes, line breaks in cells, short rows, and a byte order mark', async () => {
    const rows = await readFile('a.csv', '\ufeffid,note\r\n1,"a ""b"",\nc"\r\n2\r\n\r\n3,x\r\n');
    expect(fieldsOf(rows)).toEqual([
      { id: '1', note: 'a "b",\nc' },
      { id: '2', note: '' },
      { id: '3', note: 'x' },
    ]);
  });

  test('finds semicolons and tabs', async () => {
    expect(fieldsOf(await readFile('b.csv', 'a;b\n1,5;2\n'))).toEqual([{ a: '1,5', b: '2' }]);
    expect(fieldsOf(await readFile('c.tsv', 'a\tb\n1\t2\n'))).toEqual([{ a: '1', b: '2' }]);
  });

  test('a row with too many cells is a fault and the rest goes on', async () => {
    const rows = await readFile('d.csv', 'a,b\n1,2,3\n4,5\n');
    expect(rows.map(({ index, fault }) => ({ index, fault }))).toEqual([
      { index: 0, fault: 'the record has 3 cells, the header 2' },
      { index: 1, fault: null },
    ]);
  });

  test('columns without a name or with the same name hide nothing', async () => {
    expect(fieldsOf(await readFile('e.csv', 'a,,a\n1,2,3\n'))).toEqual([{ a: '1', column_2: '2', a_2: '3' }]);
  });

  test('a file without a header is read with the names given', async () => {
    const shape = { ...csv, columns: ['user', 'item'] };
    expect(fieldsOf(await readFile('f.tsv', '1\t2\n3\t4\n', { shape }))).toEqual([
      { user: '1', item: '2' },
      { user: '3', item: '4' },
    ]);
  });

  test('another encoding is named, not mangled', async () => {
    const latin = Buffer.from('name\nJosé\n', 'latin1');
    await expect(readFile('g.csv', latin)).rejects.toThrow('--encoding windows-1252');
    expect(fieldsOf(await readFile('g.csv', latin, { shape: { ...csv, encoding: 'windows-1252' } }))).toEqual([{ name: 'José' }]);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\nä,1\n', 'utf16le')]);
    expect(fieldsOf(await readFile('h.csv', utf16))).toEqual([{ a: 'ä', b: '1' }]);
  });
});

describe('NDJSON', () => {
  test('blank lines are left out, a broken line goes on as it is', async () => {
    const rows = await readFile('a.ndjson', '{"a":1}\n\n{"a":\r\n{"a":2}');
    expect(rows.map(({ index, text, fields }) => ({ index, text, fields }))).toEqual([
      { index: 0, text: '{"a":1}', fields: { a: 1 } },
      { index: 1, text: '{"a":', fields: null },
      { index: 2, text: '{"a":2}', fields: { a: 2 } },
    ]);
  });

  test('bytes that are not UTF-8 are a fault of their line only', async () => {
    const rows = await readFile(
      'b.ndjson',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":"\ufffd"}\n')]),
    );
    expect(rows.map(({ fault }) => fault)).toEqual(['the line is not valid UTF-8', null]);
  });

  test('starts in the middle, and gzip in several members reads as one', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `{"n":${i},"text":"${'é'.repeat(50)}"}\n`);
    const packed = Buffer.concat([gzipSync(lines.slice(0, 2500).join('')), gzipSync(lines.slice(2500).join(''))]);
    const rows = await readFile('c.ndjson.gz', packed, { skip: 4990 });
    expect(rows.map(({ index, fields }) => [index, fields?.n])).toEqual(Array.from({ length: 10 }, (_, i) => [4990 + i, 4990 + i]));
  });

  test('half a gzip file is an error and not a short file', async () => {
    const packed = gzipSync('{"n":1}\n'.repeat(100_000));
    await expect(readFile('d.ndjson.gz', packed.subarray(0, packed.length / 2))).rejects.toThrow('gzip data is broken');
  });
});

describe('JSON', () => {
  test('an array is read element by element, whatever its layout', async () => {
    const value = [{ a: '],}{"' }, { b: [1, { c: '\\"' }] }, { d: 'ü' }];
    expect(fieldsOf(await readFile('a.json', JSON.stringify(value, null, 2)))).toEqual(value);
    expect(fieldsOf(await readFile('b.json', ` ${JSON.stringify(value)} `))).toEqual(value);
  });

  test('laid out objects one after another are read too', async () => {
    expect(fieldsOf(await readFile('c.json', '{\n "a": 1\n}\n{\n "a": 2\n}\n'))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('one element never spans lines when it is sent on', async () => {
    const [row] = await readFile('d.json', '[{\n"a": 1\n}]');
    expect(row?.text).toBe('{"a":1}');
  });

  test('an element that is no object is kept as it is for the server to reject', async () => {
    const rows = await readFile('e.json', '[{"a":1}, 5, "x"]');
    expect(rows.map(({ text, fields }) => [text, fields])).toEqual([
      ['{"a":1}', { a: 1 }],
      ['5', null],
      ['"x"', null],
    ]);
  });

  test('an array that is cut off is an error', async () => {
    await expect(readFile('f.json', '[{"a":1}')).rejects.toThrow('cut off');
  });
});

describe('Parquet', () => {
  const content = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'at', data: [new Date(0), new Date(86_400_000), new Date(2 * 86_400_000)], type: 'TIMESTAMP' },
        { name: 'n', data: [1n, 2n, 9_007_199_254_740_993n], type: 'INT64' },
        { name: 'text', data: ['a', null, 'c'], type: 'STRING', nullable: true },
      ],
      rowGroupSize: 2,
    }),
  );

  test('row groups follow each other; instants are ISO, whole numbers stay exact', async () => {
    expect(fieldsOf(await readFile('a.parquet', content))).toEqual([
      { at: '1970-01-01T00:00:00.000Z', n: 1, text: 'a' },
      { at: '1970-01-02T00:00:00.000Z', n: 2, text: null },
      { at: '1970-01-03T00:00:00.000Z', n: '9007199254740993', text: 'c' },
    ]);
  });

  test('starts in the middle of a row group, packed or not', async () => {
    expect((await readFile('b.parquet', content, { skip: 1 })).map(({ index }) => index)).toEqual([1, 2]);
    expect((await readFile('c.parquet.gz', gzipSync(content), { skip: 2 })).map(({ index }) => index)).toEqual([2]);
  });
});

describe('the file', () => {
  test('has the same hash packed and unpacked', async () => {
    const text = 'a,b\n1,2\n';
    await writeFile(join(folder, 'hash.csv'), text);
    await writeFile(join(folder, 'hash.csv.gz'), gzipSync(text));
    const hashes = await Promise.all(
      ['hash.csv', 'hash.csv.gz'].map(async (name) => {
        const input = await openInput(join(folder, name), noStdin);
        return hashContent(input, { bytes: 0 }, () => undefined, new AbortController().signal);
      }),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('format is told by content where the name says nothing', async () => {
    const formats = { x1: '[{"a":1}]', x2: '{"a":1}\n{"a":2}\n', x3: 'a,b\n1,2\n', x4: '{\n"a":1}' };
    const found: Record<string, string> = {};
    for (const [name, content] of Object.entries(formats)) {
      await writeFile(join(folder, name), content);
      found[name] = (await openInput(join(folder, name), noStdin)).format;
    }
    expect(found).toEqual({ x1: 'json', x2: 'ndjson', x3: 'csv', x4: 'json' });
  });

  test('standard input is copied aside and the copy removed', async () => {
    const input = await openInput('-', Readable.from([Buffer.from('a,b\n1,2\n')]));
    expect(input).toMatchObject({ name: 'stdin', format: 'csv' });
    expect(fieldsOf(await readSample(input, csv, 10))).toEqual([{ a: '1', b: '2' }]);
    await input.close();
    expect(await readdir(join(input.path, '..')).catch(() => 'gone')).toBe('gone');
  });

  test('a file that is not there is wrong usage', async () => {
    await expect(openInput(join(folder, 'nowhere.csv'), noStdin)).rejects.toThrow('does not exist');
  });
});
