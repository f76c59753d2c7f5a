/** A value keeps its colour wherever it appears; one picture never uses a colour twice while others are free. */
import { expect, test } from 'vitest';
import { assignColors } from './series-color.ts';

test('a value has the same colour in another company', () => {
  const taken = new Map();
  const [germany] = assignColors(taken, 'country', ['DE', 'AT', 'CH']);
  expect(assignColors(taken, 'country', ['FR', 'DE'])[1]).toBe(germany);
});

test('eight values have eight colours, in whatever order they came', () => {
  const taken = new Map();
  assignColors(taken, 'name', ['x1', 'x2', 'x3', 'x4', 'x5', 'x6']);
  const colors = assignColors(taken, 'name', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  expect(new Set(colors).size).toBe(8);
});

test('dimensions do not take colours from each other, and colours do not depend on chance', () => {
  expect(assignColors(new Map(), 'country', ['DE', 'AT'])).toEqual(
    assignColors(new Map([['name', new Map([['x', 1]])]]), 'country', ['DE', 'AT']),
  );
});
