/** Types of single tables, for stores that must not know the library. */
import type { ExpressionBuilder, Selectable } from 'kysely';
import type { CatalogTables } from './schema.ts';

/** A row as it is read. */
export type RowOf<Table extends keyof CatalogTables> = Selectable<CatalogTables[Table]>;

/** What builds a condition on a table. */
export type ConditionOn<Table extends keyof CatalogTables> = ExpressionBuilder<CatalogTables, Table>;
