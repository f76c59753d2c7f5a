/** Tells the failures of a catalog statement apart that callers react to, the same for both databases. */

/** SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE */
const sqliteUniqueCodes = new Set([1555, 2067]);

/** Whether `error` says that a row with such a key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number') return sqliteUniqueCodes.has(error.errcode);
  return 'code' in error && error.code === '23505';
}
