/** The route of the ingest ledger. */
import { z } from 'zod';
import type { Route } from './route.ts';

const counts = {
  received: z.number(),
  accepted: z.number(),
  stored: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  pending: z.number(),
};

/** The ledger of a workspace; see the model. */
export const ledgerAnswer = z.object({
  ...counts,
  bySource: z.array(z.object({ source: z.string(), ...counts, rejectedByReason: z.record(z.string(), z.number()) })),
});

/** What became of everything that was sent. */
export const ledgerRoute = {
  method: 'GET',
  path: '/api/analytics/ledger',
  operation: 'ledger',
  summary: 'The ingest ledger: received = accepted + duplicates + rejected, accepted = stored + pending, by source and reason.',
  tag: 'ingest',
  access: 'ask',
  answer: ledgerAnswer,
} as const satisfies Route;
