/** Tests of the SQL template: nothing from outside becomes text. */
import { expect, test } from 'vitest';
import { bind, identifier, join, sql, trusted } from './statement.ts';

test('values are bound, not spliced', () => {
  const s = sql`SELECT ${bind('String', "x' OR 1=1")} FROM ${identifier('events')}`;
  expect(s.text).toBe('SELECT {p0:String} FROM `events`');
  expect(s.params).toEqual({ p0: "x' OR 1=1" });
});

test('nested statements are numbered through', () => {
  const inner = sql`a = ${bind('Float64', 1)}`;
  const s = sql`WHERE ${join([inner, sql`b = ${bind('Float64', 2)}`, inner], ' AND ')} LIMIT ${bind('UInt32', 3)}`;
  expect(s.text).toBe('WHERE a = {p0:Float64} AND b = {p1:Float64} AND a = {p2:Float64} LIMIT {p3:UInt32}');
  expect(s.params).toEqual({ p0: 1, p1: 2, p2: 1, p3: 3 });
});

test('identifiers cannot break out of their quotes', () => {
  expect(sql`${identifier('a`b\\', 'c')}`.text).toBe('`a\\`b\\\\`.`c`');
  expect(() => identifier('')).toThrow(TypeError);
});

test('an identifier that looks like a placeholder is none', () => {
  const inner = sql`${identifier('{p0:String}')} = ${bind('String', 'a')}`;
  const s = sql`${bind('String', 'b')}, ${inner}`;
  expect(s.text).toBe('{p0:String}, `\\x7bp0:String}` = {p1:String}');
  expect(s.params).toEqual({ p0: 'b', p1: 'a' });
});

test('an empty join is empty', () => {
  expect(join([], ', ').text).toBe('');
  expect(sql`x ${trusted('DESC')}`.text).toBe('x DESC');
});
