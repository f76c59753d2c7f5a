/** The ingest ledger: received = accepted + duplicates + rejected, accepted = stored + pending, to the event. */

/** Counts of one source, or of a whole workspace. */
export interface LedgerCounts {
  received: number;
  accepted: number;
  stored: number;
  rejected: number;
  duplicates: number;
  pending: number;
}

/** The ledger of a workspace. */
export interface Ledger extends LedgerCounts {
  bySource: ({ source: string; rejectedByReason: Record<string, number> } & LedgerCounts)[];
}
