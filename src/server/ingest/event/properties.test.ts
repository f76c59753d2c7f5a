/** Tests of the property walk: what is written for the warehouse, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../shared/model/event.ts';
import { PropertyWalk } from './properties.ts';
import { Refusal } from './refusal.ts';

const walk = new PropertyWalk();
const write = (json: string): string | Refusal => walk.write(JSON.parse(json) as { [key: string]: Json });
const reasonOf = (json: string): string => {
  const written = write(json);
  return written instanceof Refusal ? written.reason : 'kept';
};
const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const keys = (count: number): string => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));

describe('written', () => {
  test.each([
    ['{}', '{}'],
    ['{"a":5}', '{"a":5.0}'],
    ['{"a":-0}', '{"a":0.0}'],
    ['{"a":0.1}', '{"a":0.1}'],
    ['{"a":100000000000000000000}', '{"a":100000000000000000000.0}'],
    ['{"a":1e300}', '{"a":1e+300}'],
    ['{"a":12345678901234567890}', '{"a":12345678901234567000.0}'],
    ['{"a":1e-7,"b":-1e22}', '{"a":1e-7,"b":-1e+22}'],
    ['{"a":null,"b":true,"c":null}', '{"b":true}'],
    ['{"a":[1,null,"x",{"b":2,"c":null}]}', '{"a":[1.0,null,"x",{"b":2.0}]}'],
    ['{"a":{"b":{}}}', '{"a":{"b":{}}}'],
    ['{"a":"2024-01-01"}', '{"a":"2024-01-01"}'],
    ['{"a":"\\u0000\\n\\"\\\\"}', '{"a":"\\u0000\\n\\"\\\\"}'],
    ['{"a":"\\ud800x","b":"😀"}', '{"a":"\ufffdx","b":"😀"}'],
    ['{"a":1,"a":2}', '{"a":2.0}'],
    ['{"a.b":1,"a":{"c":2}}', '{"a.b":1.0,"a":{"c":2.0}}'],
    ['{"a.b":null,"a":{"b":2}}', '{"a":{"b":2.0}}'],
    ['{"a\\"b":1}', '{"a\\"b":1.0}'],
  ])('%s becomes %s', (json, text) => {
    expect(write(json)).toBe(text);
  });

  test('what is written is the JSON that came, numbers as doubles', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })),
        (properties) => {
          const given = JSON.parse(JSON.stringify(properties)) as { [key: string]: Json };
          const written = walk.write(given);
          expect(written instanceof Refusal ? 'refused' : JSON.parse(written)).toEqual(
            written instanceof Refusal ? 'refused' : withoutNulls(given),
          );
        },
      ),
    );
  });
});

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, child]) => (child === null ? [] : [[key, withoutNulls(child)]])));
}

describe('refused', () => {
  test.each([
    ['{"":1}', 'PROPERTY_KEY_INVALID'],
    ['{"a":{"":1}}', 'PROPERTY_KEY_INVALID'],
    ['{"a":[{"":1}]}', 'PROPERTY_KEY_INVALID'],
    [`{"${'k'.repeat(201)}":1}`, 'PROPERTY_KEY_INVALID'],
    [`{"${'k'.repeat(200)}":1}`, 'kept'],
    ['{"__proto__":{"isAdmin":true}}', 'PROPERTY_KEY_INVALID'],
    ['{"\\ud800":1}', 'PROPERTY_KEY_INVALID'],
    ['{"a.\\ud800":1,"a":{"\\ud801":1}}', 'PROPERTY_KEY_INVALID'],
    ['{"a.b":1,"a":{"b":2}}', 'PROPERTY_KEY_INVALID'],
    ['{"a":{"b.c":1},"a.b":{"c":2}}', 'PROPERTY_KEY_INVALID'],
    ['{"x":[[{"b.c":1,"b":{"c":2}}]]}', 'PROPERTY_KEY_INVALID'],
    ['{"x":[{"a.b":1},{"a":{"b":2}}]}', 'kept'],
    ['{"constructor":1,"toString":2,"hasOwnProperty":3}', 'kept'],
    ['{"a":1e999}', 'PROPERTY_VALUE_INVALID'],
    ['{"a":[-1e999]}', 'PROPERTY_VALUE_INVALID'],
    [nested(16), 'kept'],
    [nested(17), 'PROPERTIES_TOO_DEEP'],
    [`{"a":${'['.repeat(15)}1${']'.repeat(15)}}`, 'kept'],
    [`{"a":${'['.repeat(16)}1${']'.repeat(16)}}`, 'PROPERTIES_TOO_DEEP'],
    [`{"a":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`, 'PROPERTIES_TOO_DEEP'],
    [keys(1000), 'kept'],
    [keys(1001), 'PROPERTIES_TOO_MANY'],
  ])('%.60s is %s', (json, reason) => {
    expect(reasonOf(json)).toBe(reason);
  });

  test('one refusal does not touch the next walk', () => {
    expect(reasonOf('{"a.b":1,"a":{"b":2},"n":1e999}')).toBe('PROPERTY_VALUE_INVALID');
    expect(write('{"a":{"b":2}}')).toBe('{"a":{"b":2.0}}');
  });
});
