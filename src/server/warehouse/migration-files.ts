/** The numbered .sql files that make the warehouse's tables, read and cut into statements. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One migration: applied once, in the order of the numbers, and never changed after that. */
export interface WarehouseMigration {
  /** file name without `.sql`, e.g. `0001_events` */
  name: string;
  /** SHA-256 of the file, hex */
  checksum: string;
  /** each can be repeated without harm */
  statements: string[];
}

/** The migrations in `folder`, by number. @throws Error when a name has no number or two have the same */
export function readMigrations(folder: string): WarehouseMigration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const numbers = names.map((name) => {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (number === undefined) throw new Error(`${name} in ${folder} must be called like 0001_events.sql`);
    return number;
  });
  const twice = numbers.find((number, i) => numbers.indexOf(number) !== i);
  if (twice !== undefined) throw new Error(`two migrations in ${folder} have the number ${twice}`);
  return names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return { name: name.slice(0, -4), checksum: createHash('sha256').update(text).digest('hex'), statements: splitStatements(text) };
  });
}

/** The statements of `text`, cut at semicolons outside of strings; comments are left out. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (const [token] of text.matchAll(/'(?:[^'\\]|\\.|'')*'|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^;'`/-]+|[/-]/g)) {
    if (token === ';') {
      statements.push(current.trim());
      current = '';
    } else if (!token.startsWith('--') && !token.startsWith('/*')) current += token;
  }
  return [...statements, current.trim()].filter((statement) => statement !== '');
}
