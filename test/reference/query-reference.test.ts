/** The engine and the plain reference answer the same random questions the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { createQueryEngine, type QueryEngine } from '../../src/server/query/engine.ts';
import type { QueryInput } from '../../src/shared/model/query.ts';
import type { Cell } from '../../src/shared/model/result.ts';
import { insertEvents, insertLinks } from '../fixtures/event-rows.ts';
import { maskSalt, policyFor } from '../fixtures/views.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';
import { anyQuery, makeWorlds, type NamedWorld } from './random-question.ts';
import { referenceAnswer } from './reference-engine.ts';
import { settled } from './settled.ts';

/** Questions to ask; each costs the engine some milliseconds. */
const questions = Number(process.env['REFERENCE_QUESTIONS'] ?? 250);
const seed = Number(process.env['REFERENCE_SEED'] ?? 20240331);

let opened: TestWarehouse;
let worlds: NamedWorld[];

beforeAll(async () => {
  opened = await openTestWarehouse();
  worlds = makeWorlds(seed);
  for (const world of worlds) {
    await insertEvents(opened.warehouse, world.workspaceId, world.events);
    await insertLinks(opened.warehouse, world.workspaceId, world.links);
  }
});
afterAll(() => opened.close());

function engineOf(world: NamedWorld): QueryEngine {
  return createQueryEngine({ warehouse: opened.warehouse, clock: { now: () => world.nowMs }, newId: () => crypto.randomUUID(), maskSalt });
}

/** All pages of a table, one after another; of other kinds the only page. */
async function allPages(world: NamedWorld, query: QueryInput): Promise<{ rows: Cell[][]; totals: Cell[]; comparison?: unknown }> {
  const engine = engineOf(world);
  const policy = policyFor(world.workspaceId);
  const first = await engine.ask(policy, query);
  const rows = [...first.rows];
  for (let next = first.next; next !== null && next !== undefined;) {
    const page = await engine.ask(policy, { ...query, after: next });
    rows.push(...page.rows);
    next = page.next;
  }
  return { rows, totals: first.totals, comparison: first.comparison };
}

test(`${questions} random questions are answered as the reference answers them`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(worlds.length - 1), anyQuery, async (index, query) => {
      const world = worlds[index] as NamedWorld;
      const { rows, totals, comparison } = await allPages(world, query);
      const { ties: _, ...expected } = referenceAnswer(world, query);
      expect(settled({ rows, totals, comparison }, expected)).toEqual(expected);
    }),
    { numRuns: questions, seed, endOnFailure: process.env['REFERENCE_SHRINK'] === undefined },
  );
});
