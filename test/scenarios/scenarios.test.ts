/** Runs the scenarios of this folder against the engine on a real warehouse. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueryEngine } from '../../src/server/query/engine.ts';
import { Problem } from '../../src/shared/model/errors.ts';
import type { Cell, Result } from '../../src/shared/model/result.ts';
import { insertEvents, insertLinks } from '../fixtures/event-rows.ts';
import { maskSalt } from '../fixtures/views.ts';
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
  const engine = createQueryEngine({
    warehouse: opened.warehouse,
    clock: { now: () => scenario.nowMs },
    newId: () => crypto.randomUUID(),
    maskSalt,
  });
  return engine.ask({ workspaceId: name, name: 'test', rules: {} }, query);
}

const textRows = (rows: readonly Cell[][]): string[][] => rows.map((row) => row.map(cellText));

/** What came of a question, in the words of an expectation; only what the expectation speaks of. */
async function outcome(answer: Promise<Result>, expected: Expectation): Promise<Partial<Expectation>> {
  try {
    const { columns, rows, totals, comparison } = await answer;
    return {
      columns: columns.map((column) => column.name),
      rows: textRows(rows),
      ...(expected.totals === null ? {} : { totals: totals.map(cellText) }),
      ...(expected.compared === null ? {} : { compared: textRows(comparison?.rows ?? []) }),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const isExpected = expected.refused !== null && error.message.includes(expected.refused.message);
    return { refused: { code: error.code, message: isExpected ? (expected.refused?.message ?? '') : error.message } };
  }
}

function wanted({ columns, rows, totals, compared, refused }: Expectation): Partial<Expectation> {
  if (refused !== null) return { refused };
  return { columns, rows, ...(totals === null ? {} : { totals }), ...(compared === null ? {} : { compared }) };
}

describe.each(scenarios)('$name', ({ name, scenario }) => {
  test.each(scenario.expectations.map((expected) => [expected.line, expected] as const))('line %i', async (_, expected) => {
    expect(await outcome(ask(name, scenario, expected.query), expected)).toEqual(wanted(expected));
  });
});
