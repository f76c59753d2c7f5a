/** The ingest ledger of a workspace: what was received and what became of it, to the event. */
import { z } from 'zod';
import type { Route } from './route.ts';

const count = z.int().min(0);

const counts = {
  received: count,
  accepted: count,
  stored: count,
  rejected: count,
  duplicates: count,
  pending: count,
};

/** received = accepted + duplicates + rejected and accepted = stored + pending, in all and for each source. */
export const ledgerAnswer = z.object({
  ...counts,
  bySource: z.array(z.object({ source: z.string(), rejectedByReason: z.record(z.string(), count), ...counts })),
});

/** Reads the ledger. */
export const ledgerRoute = {
  method: 'GET',
  path: '/api/analytics/ledger',
  operation: 'readLedger',
  summary: 'What was received and what became of it, by source and reason; it balances at any instant.',
  tag: 'ingest',
  access: 'events:read',
  answer: ledgerAnswer,
} as const satisfies Route;
