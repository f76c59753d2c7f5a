/** Under random limits the engine answers as the reference does of rows filtered first and masked after, and its cache keeps policies apart. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Policy } from '../../src/server/identity/policy.ts';
import { createQueryEngine, type QueryEngine } from '../../src/server/query/engine.ts';
import type { DatasetRule } from '../../src/shared/model/policy.ts';
import type { QueryInput } from '../../src/shared/model/query.ts';
import type { Cell } from '../../src/shared/model/result.ts';
import { insertEvents, insertLinks } from '../fixtures/event-rows.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';
import { maskSalt, policyFor } from '../fixtures/views.ts';
import { anyRule } from './random-policy.ts';
import { anyQuery, makeWorlds, type NamedWorld } from './random-question.ts';
import { referenceAnswer } from './reference-engine.ts';
import { settled } from './settled.ts';

/** Questions to ask, under two policies each; each costs the engine some milliseconds. */
const questions = Number(process.env['REFERENCE_LIMITED_QUESTIONS'] ?? 500);
const seed = Number(process.env['REFERENCE_SEED'] ?? 20240331);
/** as many at once as the warehouse works on */
const atOnce = 6;

let opened: TestWarehouse;
/** one for all, with its cache on: answers would cross between policies and workspaces if they could */
let engine: QueryEngine;
let nowMs = 0;

beforeAll(async () => {
  opened = await openTestWarehouse();
  for (const { workspaceId, events, links } of makeWorlds(seed)) {
    await insertEvents(opened.warehouse, workspaceId, events);
    await insertLinks(opened.warehouse, workspaceId, links);
  }
  engine = createQueryEngine({
    warehouse: opened.warehouse,
    clock: { now: () => nowMs },
    newId: () => crypto.randomUUID(),
    maskSalt,
    cellVersion: () => '1',
  });
});
afterAll(() => opened.close());

test(`${2 * questions} pairs of a random policy and a random question`, { timeout: 600_000 }, async () => {
  const worlds = makeWorlds(seed);
  for (const [index, world] of worlds.entries()) {
    nowMs = world.nowMs;
    const pairs = fc.sample(fc.tuple(anyQuery, anyRule, anyRule), { numRuns: Math.ceil(questions / worlds.length), seed: seed + index });
    for (let at = 0; at < pairs.length; at += atOnce) {
      await Promise.all(pairs.slice(at, at + atOnce).map(([query, ...rules]) => askInTurn(world, withLongPages(query), rules)));
    }
  }
});

interface Asked {
  rows: Cell[][];
  totals: Cell[];
  comparison?: unknown;
  caches: string[];
}

/** All pages of a table, one after another; of other kinds the only page. */
async function allPages(policy: Policy, query: QueryInput): Promise<Asked> {
  const first = await engine.ask(policy, query);
  const [rows, caches] = [[...first.rows], [first.lineage.cache as string]];
  for (let next = first.next; next !== null && next !== undefined;) {
    const page = await engine.ask(policy, { ...query, after: next });
    rows.push(...page.rows);
    caches.push(page.lineage.cache);
    next = page.next;
  }
  return { rows, totals: first.totals, comparison: first.comparison, caches };
}

/** Asks under each of two rules, and once more: the second time from the cache, and still each its own. */
async function askInTurn(world: NamedWorld, query: QueryInput, rules: readonly DatasetRule[]): Promise<void> {
  const whole = referenceAnswer(world, query);
  const expectations = rules.map((rule) => referenceAnswer(world, query, rule));
  for (const round of ['first', 'again']) {
    for (const [i, rule] of rules.entries()) {
      const asked = `${round} ${JSON.stringify({ world: world.workspaceId, query, rule })}`;
      const { caches, ...answer } = await allPages(policyFor(world.workspaceId, rule.rows, rule.masks, `limited-${i}`), query);
      const { ties = [], ...reference } = expectations[i] as ReturnType<typeof referenceAnswer>;
      const expected = inOneOrder(reference, ties);
      const isMore = countOf(answer, query, rule) > countOf(whole, query, rule);
      const isCached = caches.every((cache) => cache === 'hit');
      const seen = { asked, answer: settled(inOneOrder(answer, ties), expected), isMore, isCached: round === 'first' || isCached };
      expect(seen).toEqual({ asked, answer: expected, isMore: false, isCached: true });
    }
  }
}

/** What all rows of an answer count together: 0 where they count nothing plain, or where a condition may hold of a masked value alone. */
function countOf({ rows }: Pick<Asked, 'rows'>, { kind, metrics = [], where = [] }: QueryInput, { masks }: DatasetRule): number {
  if (masks.length > 0 && where.length > 0) return 0;
  if (kind === 'table') return rows.length;
  const [first] = metrics;
  const isPlain = first !== undefined && 'aggregate' in first && first.aggregate === 'count' && first.of === undefined;
  if (!isPlain || first.where !== undefined) return 0;
  return rows.reduce((sum, row) => sum + Number(row[row.length - metrics.length]), 0);
}

/** Rows that the order of the question leaves equal, sorted: what would tell them apart may be masked. */
function inOneOrder<T extends Pick<Asked, 'rows'>>(answer: T, ties: readonly string[]): T {
  if (ties.length !== answer.rows.length) return answer;
  const tied = answer.rows.map((row, i) => ({ row, tie: ties.indexOf(ties[i] as string), text: textOf(row) }));
  return { ...answer, rows: tied.toSorted((a, b) => a.tie - b.tie || (a.text < b.text ? -1 : 1)).map(({ row }) => row) };
}

/** The same text for rows that differ in the order of the members of objects only. */
function textOf(row: Cell[]): string {
  return JSON.stringify(row, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Fewer pages, which the questions without limits have enough of; and all properties, which they have not. */
function withLongPages(query: QueryInput): QueryInput {
  if (query.kind !== 'table') return query;
  return { ...query, limit: Math.max(query.limit ?? 0, 100), columns: [...(query.columns ?? []), 'properties'] };
}
