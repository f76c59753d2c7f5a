/** Imports over their routes, on a real catalog. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import {
  importRoute,
  importsRoute,
  progressImportRoute,
  startImportRoute,
  undoImportRoute,
  type Import,
} from '../../shared/contract/imports.ts';
import type { Route } from '../../shared/contract/route.ts';
import { createImportStore } from '../ingest/imports.ts';
import type { Call } from './binding.ts';
import { importRoutes, type ImportParts } from './imports.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';

const contentHash = 'a'.repeat(64);
let opened: Awaited<ReturnType<typeof openTestCatalog>>;
let now = 1_700_000_000_000;
let deleted: string[];
let isSettled: boolean;
let accepted: number;
let parts: ImportParts;

beforeEach(async () => {
  opened = await openTestCatalog();
  deleted = [];
  isSettled = true;
  accepted = 0;
  parts = {
    imports: createImportStore(opened.catalog.db),
    clock: { now: () => now++ },
    randomBytes: (count) => randomBytes(count),
    ledgerOf: async (_workspace, source) => ({
      source,
      received: 0,
      accepted,
      stored: accepted,
      rejected: 0,
      duplicates: 0,
      pending: 0,
      rejectedByReason: {},
    }),
    deleteImported: async (workspace, id) => {
      deleted.push(`${workspace}/${id}`);
      return 7;
    },
    settle: async () => isSettled,
  };
});
afterEach(() => opened.close());

async function call<A>(route: Route, input: { params?: unknown; query?: unknown; body?: unknown } = {}, workspaceId = 'w'): Promise<A> {
  const binding = importRoutes(parts).find((each) => each.route === route);
  const principal = principalFor('api-key', workspaceId, 'k', ['admin']);
  const parsed = {
    params: route.params?.parse(input.params),
    query: route.query?.parse(input.query ?? {}),
    body: route.body?.parse(input.body),
  };
  return binding?.handle({ principal, ...parsed } as unknown as Call<Route>) as Promise<A>;
}

interface Started {
  outcome: string;
  attempt: number;
  import: Import;
}
const start = (isAgain = false) =>
  call<Started>(startImportRoute, { body: { fileName: 'a.csv', contentHash, mapping: { time: 't' }, isAgain } });
const counts = { read: 10, accepted: 4, duplicates: 5, rejected: 1, reasons: {} };
const progress = (id: string, state: 'running' | 'done', position = 10) =>
  call<Import>(progressImportRoute, { params: { id }, body: { position, counts, state } });

describe('an import', () => {
  test('is started, goes on where it was, and is done once', async () => {
    const first = await start();
    expect(first).toMatchObject({ outcome: 'started', attempt: 0, import: { state: 'running', position: 0, mapping: { time: 't' } } });
    await progress(first.import.id, 'running', 6);
    expect(await start()).toMatchObject({ outcome: 'resumed', attempt: 0, import: { id: first.import.id, position: 6 } });
    accepted = 9;
    await progress(first.import.id, 'done');
    expect(await start()).toMatchObject({ outcome: 'done-before', import: { id: first.import.id } });
    expect(await start(true)).toMatchObject({ outcome: 'started', attempt: 1 });
  });

  test('ends with what the ledger says was accepted, and the sum still balances', async () => {
    const { import: started } = await start();
    accepted = 9;
    expect((await progress(started.id, 'done')).counts).toMatchObject({ read: 10, accepted: 9, duplicates: 0, rejected: 1 });
  });

  test('undone, its events go, it stays listed, and it can be started once more', async () => {
    const { import: started } = await start();
    await progress(started.id, 'done');
    expect(await call(undoImportRoute, { params: { id: started.id } })).toMatchObject({ deleted: 7, import: { state: 'undone' } });
    expect(deleted).toEqual([`w/${started.id}`]);
    expect(await call(importsRoute)).toMatchObject({ imports: [{ id: started.id, state: 'undone' }] });
    expect(await start()).toMatchObject({ outcome: 'started', attempt: 1 });
  });

  test('undone while it runs, it cannot go on', async () => {
    const { import: started } = await start();
    await call(undoImportRoute, { params: { id: started.id } });
    await expect(progress(started.id, 'running')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('is not deleted before all of it has arrived; a second undo does it', async () => {
    const { import: started } = await start();
    isSettled = false;
    await expect(call(undoImportRoute, { params: { id: started.id } })).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
    expect(deleted).toEqual([]);
    isSettled = true;
    expect(await call(undoImportRoute, { params: { id: started.id } })).toMatchObject({ deleted: 7 });
  });

  test('belongs to its workspace', async () => {
    const { import: started } = await start();
    await expect(call(importRoute, { params: { id: started.id } }, 'other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await call(importsRoute, {}, 'other')).toEqual({ imports: [] });
  });
});
