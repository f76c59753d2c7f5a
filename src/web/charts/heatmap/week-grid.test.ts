/** A week has 168 hours, Monday first; an hour without events counts zero, an hour without values is unknown. */
import { expect, test } from 'vitest';
import { weekResult } from '../sample-results.ts';
import { describeWeek, prepareWeek } from './week-grid.ts';

test('cells stand at their weekday and hour, coloured by size', () => {
  const grid = prepareWeek(
    weekResult((weekday, hour) => (weekday === 3 && hour === 14 ? 40 : weekday === 7 && hour === 23 ? 10 : null)),
    true,
  );
  expect(grid.cells[2]?.[14]).toEqual({ value: 40, ratio: 1 });
  expect(grid.cells[6]?.[23]).toEqual({ value: 10, ratio: 0.25 });
  expect(grid.cells[0]?.[0]).toEqual({ value: 0, ratio: 0 });
  expect(describeWeek(grid)).toBe('Fullest: Wednesday, 14:00 to 15:00, 40.');
});

test('one extreme hour does not make all others pale', () => {
  const grid = prepareWeek(
    weekResult((weekday, hour) => (weekday === 1 && hour === 0 ? 10_000 : 50)),
    true,
  );
  expect(grid.cells[3]?.[3]?.ratio).toBe(1);
  expect(grid.cells[0]?.[0]?.ratio).toBe(1);
});

test('what is not a count is unknown where nothing was', () => {
  expect(
    prepareWeek(
      weekResult((weekday) => (weekday === 1 ? 1 : null)),
      false,
    ).cells[1]?.[0],
  ).toEqual({ value: null, ratio: null });
});

test('nothing at all has no peak', () =>
  expect(
    describeWeek(
      prepareWeek(
        weekResult(() => null),
        true,
      ),
    ),
  ).toBe('No values.'));
