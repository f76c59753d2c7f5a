/** Backups of everything: warehouse, catalog, spool. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** A file of a backup. */
export const backupFile = z.object({
  /** relative to the backup's folder */
  path: z.string(),
  sizeBytes: z.number(),
  /** hex */
  sha256: z.string(),
});

/** What a backup holds; kept beside it as `manifest.json`, written last. */
export const backupManifest = z.object({
  /** of this layout */
  format: z.literal(1),
  version: z.string(),
  createdAt: z.string(),
  /** rows of each warehouse table */
  warehouse: z.record(z.string(), z.number()),
  /** rows of each catalog table */
  catalog: z.record(z.string(), z.number()),
  /** events that were durable in the spool and not yet in the warehouse */
  spoolEvents: z.number(),
  hasSecret: z.boolean(),
  files: z.array(backupFile),
});
/** A parsed {@link backupManifest}. */
export type BackupManifest = z.infer<typeof backupManifest>;

/** A line of the answer of {@link backupRoute}: steps, then the manifest or what went wrong. */
export type BackupLine = { step: string } | { alive: true } | { manifest: BackupManifest } | { problem: { code: string; detail: string } };

/** Takes a backup into a folder of the server's machine. */
export const backupRoute = {
  method: 'POST',
  path: '/api/admin/backup',
  operation: 'backup',
  summary:
    'Takes a backup into a new folder of this machine, while everything goes on; NDJSON lines tell the steps. For the local owner only.',
  tag: 'admin',
  access: 'operator',
  limit: 'expensive',
  body: z.object({
    /** absolute; must not exist or be empty */
    directory: z.string().min(1).max(4096),
    /** leave out the secret that signs sessions and seals write keys */
    isWithoutSecret: z.boolean().default(false),
  }),
} as const satisfies Route;
