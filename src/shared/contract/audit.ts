/** The audit log: search it, take it away, and check that nobody bent it. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** How something ended. */
export const auditOutcomes = ['done', 'denied', 'failed'] as const;

const subject = z.object({ kind: z.string(), id: z.string() });
const actor = subject.extend({
  /** as the entry has it; null where it has none, or the person was erased */
  name: z.string().nullable(),
});
const instantText = z.iso.datetime({ offset: true });

/** Which entries; conditions are joined with "and". */
export const auditFilter = z.object({
  /** `workspace`: what concerns this workspace; `installation`: what concerns all, for operators */
  log: z.enum(['workspace', 'installation']).default('workspace'),
  /** how the action begins: `query`, or `create` for createKey, createWorkspace ... */
  action: z.string().min(1).max(100).optional(),
  /** id of who acted */
  actor: z.string().min(1).max(300).optional(),
  /** id of what was acted upon */
  target: z.string().min(1).max(300).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  from: instantText.optional(),
  /** exclusive */
  to: instantText.optional(),
  /** somewhere in action, ids or detail; case does not matter */
  text: z.string().trim().min(1).max(200).optional(),
});
/** A parsed {@link auditFilter}. */
export type AuditFilter = z.output<typeof auditFilter>;

/** An entry as it is read. */
export const auditEntryAnswer = z.object({
  seq: z.number(),
  at: z.string(),
  action: z.string(),
  /** the action in words, such as "asked a question" */
  sentence: z.string(),
  outcome: z.enum(auditOutcomes),
  actor,
  target: subject.nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
  /** bytes of the detail before it was cut; null: it is whole */
  detailCutFromBytes: z.number().nullable(),
  personal: z.array(
    z.object({
      personId: z.string(),
      /** null: the person was erased */
      fields: z.record(z.string(), z.string()).nullable(),
    }),
  ),
  hash: z.string(),
});
/** A parsed {@link auditEntryAnswer}. */
export type AuditEntryAnswer = z.infer<typeof auditEntryAnswer>;

/** Searches the audit log. */
export const auditRoute = {
  method: 'GET',
  path: '/api/admin/audit',
  operation: 'audit',
  summary: 'Entries of the audit log, newest first. A search that finds little stops after 20,000 entries and tells how far it came.',
  tag: 'audit',
  access: 'audit:read',
  query: auditFilter.extend({
    after: z
      .string()
      .regex(/^\d{1,15}-\d{1,15}$/, 'must be the "next" of an answer')
      .optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  answer: z.object({
    entries: z.array(auditEntryAnswer),
    /** for the next page; null: there is no more */
    next: z.string().nullable(),
    /** a search that stopped on the way: the instant of the oldest entry that it looked at; else null */
    searchedTo: z.string().nullable(),
    /** actions that the log holds, for filters; only with the first page */
    actions: z.array(z.object({ action: z.string(), sentence: z.string() })),
  }),
} as const satisfies Route;

/** Formats of an export. NDJSON has the lines that hashes were made of, so that anybody can check them. */
export const auditExportFormats = ['ndjson', 'csv'] as const;

/** Streams entries. */
export const auditExportRoute = {
  method: 'GET',
  path: '/api/admin/audit/export',
  operation: 'exportAudit',
  summary: 'Entries of the audit log as NDJSON or CSV, oldest first. Personal data is readable in it, unless the person was erased.',
  tag: 'audit',
  access: 'audit:export',
  limit: 'export',
  isRecorded: true,
  query: auditFilter.extend({ format: z.enum(auditExportFormats).default('ndjson') }),
} as const satisfies Route;

/** A signed head, as it stands in a line of a heads file and in a stream. */
export const headDocument = z.object({
  /** '' is the installation */
  workspace: z.string().max(300),
  /** from 1 in each workspace */
  head: z.number().int().min(1),
  /** of the newest entry then */
  seq: z.number().int().min(0),
  hash: z.string().max(64),
  at: z.string().max(40),
  /** whether everything before it verified when it was signed */
  intact: z.boolean(),
  keyId: z.string().max(64),
  /** digest of the head before */
  previous: z.string().max(64),
  digest: z.string().max(64),
  /** Ed25519 in base64url */
  signature: z.string().max(128),
});
/** A parsed {@link headDocument}. */
export type HeadDocument = z.infer<typeof headDocument>;

/** Something that is not as it was written. */
export const auditFinding = z.object({
  workspaceId: z.string(),
  /** `entry`: of seq `from` to `to`; `head`: of number `from` to `to`; `chain`: the record of where it begins and ends */
  of: z.enum(['entry', 'head', 'chain']),
  what: z.enum(['changed', 'removed', 'inserted', 'reordered', 'rewritten', 'forged', 'truncated', 'unsound']),
  from: z.number(),
  to: z.number(),
  /** whether a signed head covers it */
  isSealed: z.boolean(),
  message: z.string(),
});
/** A parsed {@link auditFinding}. */
export type AuditFinding = z.infer<typeof auditFinding>;

/** One chain after its verification. */
export const auditChainAnswer = z.object({
  workspaceId: z.string(),
  entries: z.number(),
  /** seq of the last signed head; 0: there is none */
  sealedTo: z.number(),
  /** entries after it: nobody can tell whether these were bent */
  unsealed: z.number(),
  heads: z.number(),
  lastHeadAt: z.string().nullable(),
});
/** A parsed {@link auditChainAnswer}. */
export type AuditChainAnswer = z.infer<typeof auditChainAnswer>;

/** What a verification came to. */
export const auditVerification = z.object({
  ok: z.boolean(),
  verifiedAt: z.string(),
  durationMs: z.number(),
  entries: z.number(),
  unsealed: z.number(),
  chains: z.array(auditChainAnswer),
  findings: z.array(auditFinding),
  /** findings beyond those that are listed */
  moreFindings: z.number(),
  /** heads that were given and stood as they should; null: none were given */
  givenHeads: z.number().nullable(),
  /** Ed25519 key that signs heads now: raw, base64url */
  publicKey: z.string(),
});
/** A parsed {@link auditVerification}. */
export type AuditVerification = z.infer<typeof auditVerification>;

/** A line of the answer of {@link verifyAuditRoute} with `stream`. */
export type VerificationLine =
  | { checked: number; total: number }
  | { verification: AuditVerification }
  | { problem: { code: string; detail: string } };

/** Verifies the audit log. */
export const verifyAuditRoute = {
  method: 'POST',
  path: '/api/admin/audit/verify',
  operation: 'verifyAudit',
  summary:
    'Checks every entry and head of the audit log. One verification runs at a time; a result is kept for 10 seconds. Only operators may look at other workspaces.',
  tag: 'audit',
  access: 'audit:read',
  limit: 'expensive',
  body: z.strictObject({
    /** `own`: this workspace; `all`: every chain and the installation's; else the id of one, '' for the installation's */
    log: z.union([z.enum(['own', 'all']), z.strictObject({ workspaceId: z.string().max(300) })]).default('own'),
    /** heads that were kept outside of the catalog */
    heads: z.array(headDocument).max(5_000).optional(),
    /** NDJSON: progress, then the verification or a problem */
    stream: z.boolean().default(false),
  }),
  answer: auditVerification,
} as const satisfies Route;
