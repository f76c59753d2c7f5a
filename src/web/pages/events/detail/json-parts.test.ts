/** Colouring JSON never changes it. */
import { expect, test } from 'vitest';
import { jsonParts } from './JsonView.tsx';

test('the parts are the text, and keys, strings and literals are told apart', () => {
  const json = JSON.stringify({ 'a "quoted": key': 'x: 1', n: -1.5e3, yes: true, none: null, list: [1, 'two'] }, null, 2);
  const parts = jsonParts(json);
  expect(parts.map((part) => part.text).join('')).toBe(json);
  const of = (kind: string): string[] => parts.filter((part) => part.kind === kind).map((part) => part.text);
  expect(of('key')).toEqual(['"a \\"quoted\\": key"', '"n"', '"yes"', '"none"', '"list"']);
  expect(of('string')).toEqual(['"x: 1"', '"two"']);
  expect(of('literal')).toEqual(['-1500', 'true', 'null', '1']);
});
