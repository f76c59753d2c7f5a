/** Attributes are written as they are typed, and read as they were meant. */
import { expect, test } from 'vitest';
import { attributesOf, readAttribute, typedAttributes, writeAttribute } from './attributes-text.ts';

test.each([
  ['s-2', 's-2'],
  ['17', 17],
  ['"17"', '17'],
  ['true', true],
  ['DE, AT', ['DE', 'AT']],
  ['DE,', ['DE']],
  ['"Berlin, Mitte"', 'Berlin, Mitte'],
  ['1, "2", x', [1, '2', 'x']],
])('%s', (text, value) => {
  expect(readAttribute(text)).toEqual(value);
});

test.each([['s-2'], [17], ['17'], [false], ['a, b'], ['say "hi"'], [['DE', 'AT']], [[1, '1']], ['']])(
  '%j is read as it was written',
  (value) => {
    const read = readAttribute(writeAttribute(value));
    expect(read).toEqual(value);
  },
);

test('lines that say nothing are left out', () => {
  const typed = [...typedAttributes({ sellerId: 's-2' }), { name: '', text: 'x' }, { name: 'team', text: ' ' }];
  expect(attributesOf(typed)).toEqual({ sellerId: 's-2' });
});
