/** Why events were rejected, in words and in numbers. */
import type { RejectReason } from '../../../../shared/model/event.ts';
import { rejectReasons } from '../../../../shared/model/event.ts';
import type { Ledger } from '../../../../shared/model/ledger.ts';

/** A reason with how often it was one. */
export interface ReasonCount {
  reason: RejectReason;
  count: number;
}

const acronyms: Readonly<Record<string, string>> = { json: 'JSON', id: 'id' };

/** The reason in a few words: `NAME_MISSING` is `Name missing`. */
export function reasonTitle(reason: RejectReason): string {
  const words = reason
    .toLowerCase()
    .split('_')
    .map((word) => acronyms[word] ?? word)
    .join(' ');
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

/** The reason in a sentence. */
export function reasonText(reason: RejectReason): string {
  return rejectReasons[reason];
}

/** How often each reason was one, of `source` or of all, most first. */
export function reasonCounts(ledger: Ledger, source: string | undefined): ReasonCount[] {
  const counts = new Map<RejectReason, number>();
  for (const row of ledger.bySource) {
    if (source !== undefined && row.source !== source) continue;
    for (const [reason, count] of Object.entries(row.rejectedByReason) as [RejectReason, number][]) {
      if (reason in rejectReasons && count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

/** The sources that had events rejected, with how many, most first. */
export function rejectingSources(ledger: Ledger): { source: string; count: number }[] {
  return ledger.bySource
    .filter((row) => row.rejected > 0)
    .map(({ source, rejected }) => ({ source, count: rejected }))
    .sort((a, b) => b.count - a.count);
}

/** `body` indented if it is JSON, else as it came. */
export function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
