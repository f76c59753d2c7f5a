/** Addresses read like words, come back as they went, and never break a page. */
import { expect, test } from 'vitest';
import { allOf, among, oneOf, parseSearch, stringifySearch } from './address.ts';
import { maybeRange, periodOf, rangeText } from './period.ts';

test('what is written comes back', () => {
  const search = { zone: 'Europe/Berlin', where: ['name is purchase|sign up', 'properties.a&b gte 10'], by: 'properties.größe', empty: '' };
  const text = stringifySearch(search);
  expect(text).toBe('?zone=Europe/Berlin&where=name+is+purchase|sign+up&where=properties.a%26b+gte+10&by=properties.gr%C3%B6%C3%9Fe');
  expect(parseSearch(text)).toEqual({ zone: search.zone, where: search.where, by: search.by });
});

test('a plus sign survives', () => expect(parseSearch(stringifySearch({ q: 'a+b' }))).toEqual({ q: 'a+b' }));

test('one and all values of a name', () => {
  const search = parseSearch('?by=a&by=b&one=c');
  expect([oneOf(search, 'by'), allOf(search, 'by'), allOf(search, 'one'), oneOf(search, 'none')]).toEqual(['a', ['a', 'b'], ['c'], undefined]);
  expect(among(['line', 'bar'], 'pie')).toBeUndefined();
});

test.each(['30d', '24h', '12mo', '2026-03-05..2026-03-09', '2026-03-05T10:00:00+01:00..2026-03-05T12:00:00+01:00'])('the range %s is understood and written the same', (text) => {
  const range = maybeRange(text);
  expect(range === null ? null : rangeText(range)).toBe(text);
});

test.each(['', '0d', '30', 'd30', '2026-03-09..2026-03-05', '2026-03-05..', '../..'])('the range %j is none', (text) => expect(maybeRange(text)).toBeNull());

test('a period falls back where the address is wrong', () => {
  const fallback = { range: '30d', zone: 'UTC' };
  expect(periodOf({ range: 'x', zone: 'Mars/Base' }, fallback)).toEqual(fallback);
  expect(periodOf({ range: '7d', zone: 'Asia/Tokyo' }, fallback)).toEqual({ range: '7d', zone: 'Asia/Tokyo' });
});
