/** The keys of people: each encrypts the personal data of one person in the audit log; without it that data is noise. */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { RandomBytes } from '../ports/clock.ts';
import type { Sealer } from '../sealing/sealer.ts';
import type { AuditPersonal } from './entry.ts';

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
/** ids in one statement */
const idsAtOnce = 500;

/** What a key is sealed under; `composition/reseal-stores.ts` needs it too. */
export const personKeyLabel = (personId: string): string => `audit person ${personId}`;

/** A sealed part of an entry, as it stands in `rest`. */
export interface SealedPersonal {
  person: string;
  /** nonce, tag and ciphertext in base64url; '' when the person was erased before */
  sealed: string;
}

/** Keys by person; null where the key was destroyed or cannot be opened. */
export type PersonKeys = ReadonlyMap<string, KeyObject | null>;

/** Opened keys that are kept in memory. */
const mostOpened = 2_000;

/** Makes, reads and destroys the keys of people. */
export class PersonKeyring {
  readonly #sealer: Pick<Sealer, 'seal' | 'maybeOpen'>;
  readonly #randomBytes: RandomBytes;
  /** by sealed text: opening one takes longer than using it */
  readonly #opened = new Map<string, KeyObject | null>();

  constructor(sealer: Pick<Sealer, 'seal' | 'maybeOpen'>, randomBytes: RandomBytes) {
    this.#sealer = sealer;
    this.#randomBytes = randomBytes;
  }

  /** The keys of `personIds`, made where there are none yet; `db` is the transaction that writes what they encrypt. */
  async obtain(db: CatalogDatabase, personIds: readonly string[], nowMs: number): Promise<PersonKeys> {
    const wanted = [...new Set(personIds)].toSorted();
    const known = await this.read(db, wanted);
    const missing = wanted.filter((id) => !known.has(id));
    if (missing.length === 0) return known;
    for (let from = 0; from < missing.length; from += idsAtOnce) {
      const rows = missing.slice(from, from + idsAtOnce).map((id) => ({
        person_id: id,
        sealed: this.#sealer.seal(Buffer.from(this.#randomBytes(keyBytes)).toString('base64url'), personKeyLabel(id)),
        created_at: nowMs,
        erased_at: null,
      }));
      await db
        .insertInto('audit_person_keys')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    return new Map([...known, ...(await this.read(db, missing))]);
  }

  /** The keys of `personIds` that there are or were. The rows are read anew each time, so that a key that another node destroyed opens nothing here. */
  async read(db: CatalogDatabase, personIds: readonly string[]): Promise<Map<string, KeyObject | null>> {
    const keys = new Map<string, KeyObject | null>();
    for (let from = 0; from < personIds.length; from += idsAtOnce) {
      const rows = await db
        .selectFrom('audit_person_keys')
        .select(['person_id', 'sealed'])
        .where('person_id', 'in', personIds.slice(from, from + idsAtOnce))
        .execute();
      for (const { person_id: id, sealed } of rows) keys.set(id, sealed === null ? null : this.#open(id, sealed));
    }
    return keys;
  }

  /** Destroys the key of a person for good: from now on nothing is written about them either. True when there was a key. */
  async destroy(db: CatalogDatabase, personId: string, nowMs: number): Promise<boolean> {
    this.#opened.clear();
    const changed = await db
      .updateTable('audit_person_keys')
      .set({ sealed: null, erased_at: nowMs })
      .where('person_id', '=', personId)
      .where('sealed', 'is not', null)
      .executeTakeFirst();
    if (changed.numUpdatedRows > 0n) return true;
    // A person without entries is kept from getting a key, so that no entry under way brings them back.
    await db
      .insertInto('audit_person_keys')
      .values({ person_id: personId, sealed: null, created_at: nowMs, erased_at: nowMs })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return false;
  }

  /** `personal` encrypted under its person's key, bound to workspace and person. */
  seal({ personId, fields }: AuditPersonal, workspaceId: string, keys: PersonKeys): SealedPersonal {
    const key = keys.get(personId) ?? null;
    if (key === null) return { person: personId, sealed: '' };
    const nonce = this.#randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(workspaceId, personId));
    const body = Buffer.concat([cipher.update(JSON.stringify(fields), 'utf8'), cipher.final()]);
    return { person: personId, sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url') };
  }

  #open(personId: string, sealed: string): KeyObject | null {
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const text = this.#sealer.maybeOpen(sealed, personKeyLabel(personId));
    const key = text === null ? null : createSecretKey(text, 'base64url');
    if (this.#opened.size >= mostOpened) this.#opened.delete(this.#opened.keys().next().value!);
    this.#opened.set(sealed, key);
    return key;
  }
}

/** The fields, or null when the person was erased or the part was altered. */
export function maybeOpenPersonal(
  { person, sealed }: SealedPersonal,
  workspaceId: string,
  keys: PersonKeys,
): Record<string, string> | null {
  const key = keys.get(person) ?? null;
  const bytes = Buffer.from(sealed, 'base64url');
  if (key === null || bytes.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(boundTo(workspaceId, person))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const text = decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return null;
  }
}

function boundTo(workspaceId: string, personId: string): Buffer {
  return Buffer.from(`${workspaceId}\n${personId}`);
}

/** An id for somebody without an account, the same for the same `text` (an e-mail, an address) and telling nothing of it without the secret. */
export function strangerIdOf(key: Buffer, text: string): string {
  return `stranger-${createHmac('sha256', key).update(text.trim().toLowerCase()).digest('hex').slice(0, 24)}`;
}
