/** The audit log: an append-only ledger in which any change of the past shows, and people can be forgotten. */
import type { AuditVerification, HeadDocument } from '../../shared/contract/audit.ts';
import { scrubDeleted } from '../catalog/scrub.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Sealer } from '../sealing/sealer.ts';
import { deriveKey, type Secrets } from '../sealing/secrets.ts';
import { Verification, type VerificationRequest } from './check/verification.ts';
import type { AuditEntry, RecordedEntry } from './entry.ts';
import { headKeys } from './heads/keys.ts';
import { HeadSigner } from './heads/sign-heads.ts';
import { PersonKeyring, strangerIdOf } from './personal.ts';
import { listActions } from './read/conditions.ts';
import { exportEntries, type ExportRequest } from './read/export.ts';
import { listEntries, type ListedEntries, type ListRequest } from './read/list.ts';
import { Recorder } from './recorder.ts';

/** What the audit log is made of. */
export interface AuditParts {
  catalog: Catalog;
  secrets: Secrets;
  sealer: Pick<Sealer, 'seal' | 'maybeOpen'>;
  clock: Clock;
  stopwatch(): number;
  randomBytes: RandomBytes;
  log: Log;
  /** heads are appended to it; null: they are kept in the catalog only */
  headsFile: string | null;
  /** how long `record` waits for a catalog that does not answer; default 10 s */
  patienceMs?: number;
}

/** The audit log of an installation. */
export interface AuditLog {
  /** Resolves when the entry is durable. @throws CATALOG_UNAVAILABLE when too many entries wait, or this one has for 10 s (it is still written then) */
  record(entry: AuditEntry): Promise<void>;
  /** `listener` hears of every entry that this node has written, after it is durable. */
  listen(listener: (entry: RecordedEntry) => void): void;
  /** An id for the personal data of somebody without an account, told by an e-mail or an address: the same for the same text. */
  strangerId(text: string): string;
  /** Destroys the key of a person: what was personal in their entries can never be read again. True when there was something. */
  erasePerson(personId: string): Promise<boolean>;
  /** The same for somebody without an account, told by an e-mail or an address. */
  eraseStranger(text: string): Promise<boolean>;
  /** Signs a head for each chain that has moved; every minute. */
  signHeads(): Promise<HeadDocument[]>;
  list(request: ListRequest): Promise<ListedEntries>;
  /** The actions that a log holds. */
  actions(workspaceId: string): Promise<string[]>;
  /** Blocks of text. */
  export(request: ExportRequest): AsyncIterable<string>;
  /** @throws RATE_LIMITED */
  verify(request: VerificationRequest): Promise<AuditVerification>;
  state(): { waiting: number; lastError: string | null };
  /** Writes what waits and ends what runs. */
  close(): Promise<void>;
}

/** The audit log in `catalog`. */
export function createAudit(parts: AuditParts): AuditLog {
  const { catalog, secrets, clock, log } = parts;
  const keyring = new PersonKeyring(parts.sealer, parts.randomBytes);
  const recorder = new Recorder({ ...parts, keyring, patienceMs: parts.patienceMs ?? 10_000 });
  const keys = headKeys(secrets);
  // A rotation of the secret gives strangers new ids: whoever is erased is erased under all of them.
  const strangerKeys = [secrets.secret, ...secrets.previousSecrets].map((secret) => deriveKey(secret, 'audit strangers'));
  const signer = new HeadSigner({
    catalog,
    keys,
    clock,
    log,
    headsFile: parts.headsFile,
    lastWritten: (workspaceId) => recorder.lastWritten(workspaceId),
  });
  const verification = new Verification({ ...parts, keys, signed: () => signer.signed() });
  const erase = async (personIds: readonly string[]): Promise<boolean> => {
    const destroyed = await Promise.all(personIds.map((personId) => keyring.destroy(catalog.db, personId, clock.now())));
    const isScrubbed = await scrubDeleted(catalog, 'audit_person_keys').catch((error: unknown) => {
      log.warn({ err: error }, 'what is left of a destroyed key could not be overwritten');
      return true;
    });
    if (!isScrubbed) log.warn({}, 'what is left of a destroyed key is overwritten with the next erasure: the catalog is being read');
    return destroyed.includes(true);
  };
  return {
    record: (entry) => recorder.record(entry),
    listen: (listener) => recorder.listen(listener),
    strangerId: (text) => strangerIdOf(strangerKeys[0]!, text),
    erasePerson: (personId) => erase([personId]),
    eraseStranger: (text) => erase(strangerKeys.map((key) => strangerIdOf(key, text))),
    signHeads: () => signer.signHeads(),
    list: (request) => listEntries(catalog.db, keyring, request),
    actions: (workspaceId) => listActions(catalog.db, workspaceId),
    export: (request) => exportEntries(catalog.db, keyring, request),
    verify: (request) => verification.run(request),
    state: () => recorder.state(),
    close: async () => {
      await Promise.all([recorder.close(), verification.close()]);
    },
  };
}
