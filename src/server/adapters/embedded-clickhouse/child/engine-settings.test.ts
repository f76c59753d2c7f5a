/** Tests of what is read from and written into statements without the engine. */
import { expect, test } from 'vitest';
import { hasSeveralStatements, namesFiles, placeholders, quote, settingsChange } from './engine-settings.ts';

test('values are quoted, digits too', () => {
  expect(quote('12')).toBe("'12'");
  expect(quote("a'b\\c")).toBe("'a\\'b\\\\c'");
});

test('only what differs is set, and what is not wanted any more goes back to its default', () => {
  const current = new Map([
    ['a', '1'],
    ['b', '2'],
    ['param_x', 'v'],
  ]);
  expect(settingsChange(current, current)).toBeNull();
  expect(
    settingsChange(
      current,
      new Map([
        ['a', '1'],
        ['c', '3'],
      ]),
    ),
  ).toBe("SET c = '3', b = DEFAULT");
  expect(settingsChange(new Map(), new Map([['param_x', "o'clock"]]))).toBe("SET param_x = 'o\\'clock'");
});

test('placeholders are found outside of strings, names and comments', () => {
  expect(
    placeholders("SELECT {a:String}, '{b:String}', `{c:String}`, { d : UInt8 } -- {e:String}\n/* {f:String} */ , 'it''s {g:String}'"),
  ).toEqual(['a', 'd']);
  expect(placeholders('SELECT map(1, 2)')).toEqual([]);
});

test('a semicolon at the end is no second statement', () => {
  for (const one of ['SELECT 1', 'SELECT 1;', 'SELECT 1; -- that is all\n;', "SELECT ';x'", 'SELECT `a;b`', 'SELECT 1 /* ; */ + 1'])
    expect(hasSeveralStatements(one)).toBe(false);
  for (const two of ['SELECT 1; SELECT 2', 'SELECT 1;SET a = 1', "SELECT ''; DROP TABLE t", "SELECT 'a\\';' ; x"])
    expect(hasSeveralStatements(two)).toBe(true);
});

test('files are noticed however they are spelt', () => {
  for (const text of [
    "SELECT 1 INTO OUTFILE 'x'",
    "select 1 into\n outfile 'x'",
    "SELECT 1 INTO -- c\n OUTFILE 'x'",
    "INSERT INTO t FROM/**/INFILE 'x'",
  ])
    expect(namesFiles(text)).toBe(true);
  for (const text of ["SELECT 'INTO OUTFILE'", 'SELECT `INTO OUTFILE`', 'SELECT outfile FROM t', '-- FROM INFILE\nSELECT 1'])
    expect(namesFiles(text)).toBe(false);
});
