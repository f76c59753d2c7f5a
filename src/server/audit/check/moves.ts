/** Tells entries that were moved within their chain from entries that were changed. */
import type { Catalog } from '../../catalog/schema.ts';
import { entryLine, linkOf } from '../line.ts';
import { entryRow, selectEntries } from '../stored.ts';
import type { Break } from './line-checker.ts';

/** Beyond so many changed entries nobody looks for where each came from. */
const mostCompared = 24;

/** `breaks`, in which changed entries that stood elsewhere in the chain are called reordered. */
export async function nameMoves(catalog: Catalog, workspaceId: string, breaks: readonly Break[]): Promise<Break[]> {
  const changed = breaks
    .filter(({ what }) => what === 'changed')
    .flatMap(({ from, to }) => numbersOf(from, Math.min(to, from + mostCompared)));
  if (changed.length < 2 || changed.length > mostCompared) return [...breaks];
  const wanted = [...new Set(changed.flatMap((seq) => [seq - 1, seq]))];
  const rows = (await selectEntries(catalog.db, workspaceId).where('audit_entries.seq', 'in', wanted).execute()).map(entryRow);
  const hashes = [...new Set(rows.map((row) => row.hash))];
  const moved = new Set<number>();
  for (const row of rows.filter(({ seq }) => changed.includes(seq))) {
    const origins = changed.filter((seq) => seq !== row.seq).map((seq) => entryLine({ ...row, seq }));
    if (origins.some((line) => hashes.some((previous) => hashes.includes(linkOf(previous, line))))) moved.add(row.seq);
  }
  return breaks.flatMap((each) => (each.what === 'changed' ? split(each, moved) : [each]));
}

/** A changed stretch as stretches of moved and of changed entries. */
function split({ from, to }: Break, moved: ReadonlySet<number>): Break[] {
  const parts: Break[] = [];
  for (const seq of numbersOf(from, to)) {
    const what = moved.has(seq) ? 'reordered' : 'changed';
    const last = parts.at(-1);
    if (last?.what === what) last.to = seq;
    else parts.push({ what, from: seq, to: seq });
  }
  return parts;
}

function numbersOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
