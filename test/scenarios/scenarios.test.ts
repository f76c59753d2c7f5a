/** Runs the scenarios of this folder against the engine on a real warehouse. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueryEngine } from '../../src/server/query/engine.ts';
import { Problem } from '../../src/shared/model/errors.ts';
import type { Cell, Result } from '../../src/shared/model/result.ts';
import { insertEvents, insertLinks } from '../fixtures/event-rows.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';
import { cellText, parseScenario, type Expectation, type Scenario } from './scenario.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
const scenarios = files.map((file) => ({ name: file.slice(0, -4), scenario: parseScenario(readFileSync(folder + file, 'utf8')) }));

let opened: TestWarehouse;
beforeAll(async () => {
  opened = await openTestWarehouse();
  for (const { name, scenario } of scenarios) {
    await insertEvents(opened.warehouse, name, scenario.events);
    if (scenario.links.length > 0) await insertLinks(opened.warehouse, name, scenario.links);
  }
});
afterAll(() => opened.close());

function ask(name: string, scenario: Scenario, query: unknown): Promise<Result> {
  const engine = createQueryEngine({ warehouse: opened.warehouse, clock: { now: () => scenario.nowMs }, newId: () => crypto.randomUUID() });
  return engine.ask({ workspaceId: name, name: 'test', rowFilter: [] }, query);
}

async function refusalOf(answer: Promise<unknown>): Promise<Problem> {
  const error = await answer.then(
    () => new Error('the question was answered'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw error;
}

const textRows = (rows: readonly Cell[][] | undefined): string[][] | undefined => rows?.map((row) => row.map(cellText));

async function check(name: string, scenario: Scenario, expected: Expectation): Promise<void> {
  const answer = ask(name, scenario, expected.query);
  if (expected.refused !== null) {
    const problem = await refusalOf(answer);
    expect([problem.code, problem.message]).toEqual([expected.refused.code, expect.stringContaining(expected.refused.message)]);
    return;
  }
  const result = await answer;
  expect(result.columns.map((column) => column.name)).toEqual(expected.columns);
  expect(textRows(result.rows)).toEqual(expected.rows);
  if (expected.totals !== null) expect(result.totals.map(cellText)).toEqual(expected.totals);
  if (expected.compared !== null) expect(textRows(result.comparison?.rows)).toEqual(expected.compared);
}

describe.each(scenarios)('$name', ({ name, scenario }) => {
  test.each(scenario.expectations.map((expected) => [expected.line, expected] as const))('line %i', (_, expected) =>
    check(name, scenario, expected),
  );
});
