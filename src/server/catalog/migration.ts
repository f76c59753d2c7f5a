/** What a numbered file of migrations/catalog is given: the database and the few column types that differ by dialect. */
import { sql, type ColumnDataType, type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, type RawBuilder } from 'kysely';
import type { CatalogDialect } from './schema.ts';

type ColumnKind = ColumnDataType | RawBuilder<unknown>;

/** The tools of a migration. Text is `text` and small whole numbers are `integer` on both databases. */
export interface MigrationKit {
  readonly db: Kysely<unknown>;
  /** whole numbers of 64 bits, such as epoch ms */
  readonly bigint: ColumnKind;
  /** truth values and instants as better-auth writes them; our own tables use integers and epoch ms */
  readonly authBoolean: ColumnKind;
  readonly authInstant: ColumnKind;
  /** A rising number as primary key, never given twice. */
  identity(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  /** A new table; SQLite checks the column types too (STRICT), as PostgreSQL does anyway. */
  table(name: string): CreateTableBuilder<string>;
  /** A new table whose rows SQLite keeps in the order of the primary key, which is then stored once. */
  clusteredTable(name: string): CreateTableBuilder<string>;
}

/** A migration: a file of migrations/catalog exports `up`. What has been released is never edited; a new file is added. */
export interface CatalogMigration {
  up(kit: MigrationKit): Promise<void>;
}

/** The kit for one dialect. */
export function migrationKit(db: Kysely<unknown>, dialect: CatalogDialect): MigrationKit {
  if (dialect === 'postgres') {
    return {
      db,
      bigint: 'bigint',
      authBoolean: 'boolean',
      authInstant: 'timestamptz',
      identity: (column) => column.generatedByDefaultAsIdentity().primaryKey(),
      table: (name) => db.schema.createTable(name),
      clusteredTable: (name) => db.schema.createTable(name),
    };
  }
  return {
    db,
    bigint: 'integer',
    authBoolean: 'integer',
    authInstant: 'text',
    identity: (column) => column.primaryKey().autoIncrement(),
    table: (name) => db.schema.createTable(name).modifyEnd(sql`strict`),
    clusteredTable: (name) => db.schema.createTable(name).modifyEnd(sql`strict, without rowid`),
  };
}
