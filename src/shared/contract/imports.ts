/** Imports of files: started, followed, resumed, undone. The events themselves go through `POST /v1/events`. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** Header of `POST /v1/events` that says which import the events belong to; read from callers with the scope `admin` only. */
export const importHeader = 'x-bellwether-import';

/** States of an import. An import that stopped half-way stays `running` and goes on from its position. */
export const importStates = ['running', 'done', 'failed', 'undone'] as const;

const count = z.int().min(0);

/** What became of the records of a file: read = accepted + duplicates + rejected. */
export const importCounts = z.object({
  read: count,
  accepted: count,
  duplicates: count,
  rejected: count,
  /** rejected records by reason */
  reasons: z.record(z.string().max(100), count),
});
/** A parsed {@link importCounts}. */
export type ImportCounts = z.infer<typeof importCounts>;

const importId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** An import as it is answered. */
export const importAnswer = z.object({
  id: importId,
  fileName: z.string(),
  /** SHA-256 of the unpacked content, hex */
  contentHash: z.string().nullable(),
  state: z.enum(importStates),
  /** records of the file that are durable; where to go on */
  position: count,
  counts: importCounts,
  /** how records became events, as the command line wrote it */
  mapping: z.unknown(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});
/** A parsed {@link importAnswer}. */
export type Import = z.infer<typeof importAnswer>;

/** Body of {@link startImportRoute}. */
export const startImportBody = z.object({
  fileName: z.string().trim().min(1).max(300),
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
  mapping: z.unknown(),
  /** imports the same content once more, though it is there already */
  isAgain: z.boolean().default(false),
});

/** Starts an import, or finds the one that this content already has. */
export const startImportRoute = {
  method: 'POST',
  path: '/api/analytics/imports',
  operation: 'startImport',
  summary: 'Starts an import of a file; one that was interrupted is resumed, one that is done is answered as it is.',
  tag: 'imports',
  access: 'events:import',
  body: startImportBody,
  answer: z.object({
    outcome: z.enum(['started', 'resumed', 'done-before']),
    import: importAnswer,
    /** earlier imports of the same content; part of the ids that records without one are given */
    attempt: count,
  }),
} as const satisfies Route;

/** The imports of the workspace. */
export const importsRoute = {
  method: 'GET',
  path: '/api/analytics/imports',
  operation: 'imports',
  summary: 'The imports of the workspace, newest first.',
  tag: 'imports',
  access: 'events:import',
  query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  answer: z.object({ imports: z.array(importAnswer) }),
} as const satisfies Route;

/** One import. */
export const importRoute = {
  method: 'GET',
  path: '/api/analytics/imports/:id',
  operation: 'import',
  summary: 'One import.',
  tag: 'imports',
  access: 'events:import',
  params: z.object({ id: importId }),
  answer: importAnswer,
} as const satisfies Route;

/** Tells how far an import is. */
export const progressImportRoute = {
  method: 'PUT',
  path: '/api/analytics/imports/:id',
  operation: 'progressImport',
  summary: 'Keeps how far an import is; at its end the counts are made right from the ingest ledger.',
  tag: 'imports',
  access: 'events:import',
  params: z.object({ id: importId }),
  body: z.object({
    position: count,
    counts: importCounts,
    state: z.enum(['running', 'done', 'failed']).default('running'),
  }),
  answer: importAnswer,
} as const satisfies Route;

/** Takes an import back. */
export const undoImportRoute = {
  method: 'DELETE',
  path: '/api/analytics/imports/:id',
  operation: 'undoImport',
  summary: 'Deletes all events of an import; the import itself stays listed as undone.',
  tag: 'imports',
  access: 'events:import',
  params: z.object({ id: importId }),
  answer: z.object({ deleted: count, import: importAnswer }),
} as const satisfies Route;
