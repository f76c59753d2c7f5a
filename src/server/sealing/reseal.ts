/** Seals everything anew that the catalog holds under an older secret, so that the older secret can be dropped. */
import type { CatalogDatabase, CatalogTables } from '../catalog/schema.ts';
import type { Sealer } from './sealer.ts';

const pageRows = 200;

/** A row of any table, as far as resealing reads it. */
export type SealedRow = Readonly<Record<string, unknown>>;

/** A column of the catalog whose texts are sealed. */
export interface SealedColumn {
  table: keyof CatalogTables;
  /** the columns that tell its rows apart: text, at least one */
  idColumns: readonly [string, ...string[]];
  column: string;
  /** the label that a row was sealed under; of the row only its id columns are known */
  label(row: SealedRow): string;
}

/** What resealing came to. */
export interface ResealReport {
  /** rows that are sealed under the newest secret now, and were not before */
  resealed: number;
  /** rows by `table.column` that none of the secrets opens; they are left as they are */
  unopened: Readonly<Record<string, number>>;
}

/**
 * Walks all rows of `columns` that are not sealed under the newest secret. It may run while the server works, on several nodes at
 * once and again after it was cut off: a row that changed meanwhile is left alone, for what is written now is sealed anew anyway.
 */
export async function resealAll(db: CatalogDatabase, sealer: Sealer, columns: readonly SealedColumn[]): Promise<ResealReport> {
  const unopened: Record<string, number> = {};
  let resealed = 0;
  for (const column of columns) {
    for await (const row of staleRows(db, column, sealer.newestPrefix)) {
      const label = column.label(row);
      const text = sealer.maybeOpen(String(row[column.column]), label);
      if (text !== null) {
        if (await replace(db, column, row, sealer.seal(text, label))) resealed++;
        continue;
      }
      const name = `${column.table}.${column.column}`;
      unopened[name] = (unopened[name] ?? 0) + 1;
    }
  }
  return { resealed, unopened };
}

/** Rows of one column under older secrets, page by page in the order of their ids. */
async function* staleRows(
  db: CatalogDatabase,
  { table, idColumns, column }: SealedColumn,
  newestPrefix: string,
): AsyncGenerator<SealedRow> {
  const ids = asIds(idColumns);
  const selected = [...idColumns, column] as 'id'[];
  let stale = db
    .selectFrom(table as 'keys')
    .select(selected)
    .where(column as 'sealed', 'is not', null)
    .where(column as 'sealed', 'not like', `${newestPrefix}%`)
    .limit(pageRows);
  for (const id of ids) stale = stale.orderBy(id);
  for (let page: SealedRow[] = await stale.execute(); page.length > 0;) {
    yield* page;
    if (page.length < pageRows) return;
    const last = page.at(-1)!;
    page = await stale.where((eb) => eb(eb.refTuple(...ids), '>', eb.tuple(...valuesOf(last, ids)))).execute();
  }
}

/** Whether the row still held the old text, and so holds the new one now. */
async function replace(db: CatalogDatabase, { table, idColumns, column }: SealedColumn, row: SealedRow, text: string): Promise<boolean> {
  const ids = asIds(idColumns);
  const updated = await db
    .updateTable(table as 'keys')
    .set({ [column]: text })
    .where((eb) => eb(eb.refTuple(...ids), '=', eb.tuple(...valuesOf(row, ids))))
    .where(column as 'sealed', '=', String(row[column]))
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

// TRICKY: tables and columns are only known at run time; to the compiler they look like two text columns of `keys`.
const asIds = (idColumns: readonly string[]) => idColumns as unknown as ['id', 'name'];
const valuesOf = (row: SealedRow, ids: readonly string[]) => ids.map((id) => row[id]) as [string, string];
