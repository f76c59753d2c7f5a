/** Row filters let the same events through in memory, on their way to the live feed, as the reference says and the warehouse does. */
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { maybeEventTest } from '../../src/server/query/policy/in-memory.ts';
import type { Event } from '../../src/shared/model/event.ts';
import { eventAt } from '../fixtures/event-rows.ts';
import { policyFor } from '../fixtures/views.ts';
import { anyRule } from './random-policy.ts';
import { makeWorlds } from './random-question.ts';
import { visibleEvents } from './reference-engine.ts';

test('of random events under 2,000 random filters', () => {
  let told = 0;
  for (const [i, world] of makeWorlds(7).entries()) {
    for (const rule of fc.sample(anyRule, { numRuns: 400, seed: i })) {
      const isVisible = maybeEventTest(policyFor(world.workspaceId, rule.rows));
      if (isVisible === null) continue;
      told++;
      const visible = world.events.filter(isVisible).map(({ id }) => id);
      expect([rule.rows, visible]).toEqual([rule.rows, visibleEvents(world, rule).map(({ id }) => id)]);
    }
  }
  expect(told).toBeGreaterThan(1_000);
});

test('a key that holds a dot is the same path as a step into an object', () => {
  const isVisible = maybeEventTest(policyFor('w', [{ field: 'properties.a.b.c', is: [1] }]))!;
  const properties: Event['properties'][] = [
    { a: { b: { c: 1 } } },
    { 'a.b': { c: 1 } },
    { 'a.b.c': 1 },
    { a: { 'b.c': 1 } },
    { 'a.b': [1], a: { 'b.c': 1 } },
  ];
  for (const one of properties) expect(isVisible(eventAt(0, 'x', { properties: one }))).toBe(true);
  const others: Event['properties'][] = [{ a: { b: 1 } }, { 'a.c': 1 }, { a: null }];
  for (const one of others) expect(isVisible(eventAt(0, 'x', { properties: one }))).toBe(false);
});

test('who a person is, when an event came and patterns are left to the warehouse', () => {
  for (const condition of [
    { field: 'person', is: ['x'] },
    { field: 'received', gt: 0 },
    { any: [{ not: { field: 'name', matches: 'a' } }] },
  ]) {
    expect(maybeEventTest(policyFor('w', [condition]))).toBeNull();
  }
});
