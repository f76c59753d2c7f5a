/** Counts of what was let in and turned away, by day. */
import type { CatalogDatabase } from '../../catalog/schema.ts';

/** What happened within a day, or another range. */
export interface AuditTally {
  signIns: number;
  failedSignIns: number;
  /** calls refused for want of credentials or permission; without failed sign-ins */
  denials: number;
  exports: number;
  questions: number;
}

const dayMs = 86_400_000;
const questions: ReadonlySet<string> = new Set(['query', 'sql', 'subscribeLive']);
const exports_: ReadonlySet<string> = new Set(['export', 'exportAudit']);

/** The counts of each UTC day of `[fromMs, now)` with any entry, by its number since 1970. */
export async function tallyDays(db: CatalogDatabase, workspaceId: string, fromMs: number): Promise<ReadonlyMap<number, AuditTally>> {
  const rows = await db
    .selectFrom('audit_entries')
    .select((on) => ['action', 'outcome', on('at', '/', on.lit(dayMs)).as('day'), on.fn.countAll<number | string>().as('count')])
    .where('workspace_id', '=', workspaceId)
    .where('at', '>=', fromMs)
    .groupBy(['action', 'outcome', 'day'])
    .execute();
  const tallies = new Map<number, AuditTally>();
  for (const { action, outcome, day, count } of rows) {
    const tally = tallies.get(Number(day)) ?? noEntries();
    tallies.set(Number(day), tally);
    add(tally, action, outcome, Number(count));
  }
  return tallies;
}

/** Nothing happened. */
export function noEntries(): AuditTally {
  return { signIns: 0, failedSignIns: 0, denials: 0, exports: 0, questions: 0 };
}

function add(tally: AuditTally, action: string, outcome: string, count: number): void {
  if (action === 'signIn') tally[outcome === 'done' ? 'signIns' : 'failedSignIns'] += count;
  else if (outcome === 'denied') tally.denials += count;
  else if (outcome === 'done' && exports_.has(action)) tally.exports += count;
  else if (outcome === 'done' && questions.has(action)) tally.questions += count;
}
