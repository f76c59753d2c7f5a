/** The second factors of people: an authenticator app, and recovery codes for when it is not at hand. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import { Problem } from '../../../../shared/model/errors.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import type { Sealer } from '../../../sealing/sealer.ts';
import { digest } from '../../random-text.ts';
import { makeTotpSecret, maybeMatchingStep } from './totp.ts';

const recoveryCodeCount = 10;
/** 80 random bits: too many to be found from the hash. */
const recoveryCharacters = 16;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** How a code was judged. */
export type CodeVerdict = { isRight: true; recoveryCodesLeft: number | null } | { isRight: false; reason: 'wrong-code' | 'replayed-code' };

/** What is known of somebody's second factor. */
export interface SecondFactorState {
  /** epoch ms; null: none, or not confirmed */
  onSinceMs: number | null;
  recoveryCodesLeft: number;
}

/** What second factors are kept with. */
export interface SecondFactorParts {
  db: CatalogDatabase;
  sealer: Sealer;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The label under which the secret of a person's app is sealed. */
export function secretLabel(personId: string): string {
  return `two-factor ${personId}`;
}

/** What is known of the second factor of a person. */
export async function readState(db: CatalogDatabase, personId: string): Promise<SecondFactorState> {
  const row = await db.selectFrom('two_factors').select('confirmed_at').where('person_id', '=', personId).executeTakeFirst();
  if (row === undefined || row.confirmed_at === null) return { onSinceMs: null, recoveryCodesLeft: 0 };
  return { onSinceMs: row.confirmed_at, recoveryCodesLeft: await countRecoveryCodes(db, personId) };
}

/** Which of these people have a second factor. */
export async function havingSecondFactor(db: CatalogDatabase, personIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (personIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('two_factors')
    .select('person_id')
    .where('person_id', 'in', personIds)
    .where('confirmed_at', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.person_id));
}

/** A secret for the app of a person, to be confirmed; one that was not confirmed before is replaced. @throws CONFLICT when it is on */
export async function beginSecondFactor({ db, sealer, clock, randomBytes }: SecondFactorParts, personId: string): Promise<string> {
  const secret = makeTotpSecret(randomBytes);
  const fresh = { sealed: sealer.seal(secret, secretLabel(personId)), last_step: 0, created_at: clock.now(), confirmed_at: null };
  const written = await db
    .insertInto('two_factors')
    .values({ person_id: personId, ...fresh })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(fresh).where('two_factors.confirmed_at', 'is', null))
    .returning('person_id')
    .executeTakeFirst();
  if (written === undefined) throw new Problem('CONFLICT', 'The second factor is on already. Turn it off first to set it up anew.');
  return secret;
}

/** Turns it on with the first code. Resolves to the recovery codes, null when the code is wrong. Run it in a transaction. */
export async function confirmSecondFactor(parts: SecondFactorParts, personId: string, code: string): Promise<string[] | null> {
  const { db, clock } = parts;
  if (!(await takeAppCode(parts, personId, plain(code), false)).isRight) return null;
  const confirmed = await db
    .updateTable('two_factors')
    .set({ confirmed_at: clock.now() })
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is', null)
    .returning('person_id')
    .executeTakeFirst();
  return confirmed === undefined ? null : replaceRecoveryCodes(parts, personId);
}

/** Judges a code of the app or a recovery code, and uses it up: neither is taken twice. */
export async function takeCode(parts: SecondFactorParts, personId: string, code: string): Promise<CodeVerdict> {
  const typed = plain(code);
  return /^\d{6}$/.test(typed) ? takeAppCode(parts, personId, typed, true) : takeRecoveryCode(parts.db, personId, typed);
}

/** New recovery codes in the place of those of before; run it in a transaction. */
export async function replaceRecoveryCodes({ db, randomBytes }: SecondFactorParts, personId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodeCount }, () => makeRecoveryCode(randomBytes));
  await db.deleteFrom('recovery_codes').where('person_id', '=', personId).execute();
  await db
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ person_id: personId, hash: digest(plain(code)) })))
    .execute();
  return codes;
}

/** Turns the second factor off, with everything that belongs to it; run it in a transaction. */
export async function removeSecondFactor(db: CatalogDatabase, personId: string): Promise<void> {
  for (const table of ['two_factors', 'recovery_codes', 'trusted_devices'] as const)
    await db.deleteFrom(table).where('person_id', '=', personId).execute();
}

async function takeAppCode(
  { db, sealer, clock }: SecondFactorParts,
  personId: string,
  code: string,
  mustBeConfirmed: boolean,
): Promise<CodeVerdict> {
  const row = await db.selectFrom('two_factors').select(['sealed', 'confirmed_at']).where('person_id', '=', personId).executeTakeFirst();
  if (row === undefined || (row.confirmed_at !== null) !== mustBeConfirmed) return { isRight: false, reason: 'wrong-code' };
  const secret = sealer.maybeOpen(row.sealed, secretLabel(personId));
  if (secret === null)
    throw new Problem(
      'CONFLICT',
      'The secret of this second factor cannot be read any more. Use a recovery code, then set the app up anew.',
    );
  const step = await maybeMatchingStep(secret, code, clock.now());
  if (step === null) return { isRight: false, reason: 'wrong-code' };
  // Of two calls with the same code, also on two nodes, one moves the step on.
  const moved = await db
    .updateTable('two_factors')
    .set({ last_step: step })
    .where('person_id', '=', personId)
    .where('sealed', '=', row.sealed)
    .where('last_step', '<', step)
    .returning('person_id')
    .executeTakeFirst();
  return moved === undefined ? { isRight: false, reason: 'replayed-code' } : { isRight: true, recoveryCodesLeft: null };
}

async function takeRecoveryCode(db: CatalogDatabase, personId: string, code: string): Promise<CodeVerdict> {
  const used = await db
    .deleteFrom('recovery_codes')
    .where('person_id', '=', personId)
    .where('hash', '=', digest(code))
    .returning('hash')
    .executeTakeFirst();
  if (used === undefined) return { isRight: false, reason: 'wrong-code' };
  return { isRight: true, recoveryCodesLeft: await countRecoveryCodes(db, personId) };
}

async function countRecoveryCodes(db: CatalogDatabase, personId: string): Promise<number> {
  const rows = await db.selectFrom('recovery_codes').select('hash').where('person_id', '=', personId).execute();
  return rows.length;
}

/** Four groups of four characters, such as `k3j9-x2m4-qayb-5c7d`. */
function makeRecoveryCode(randomBytes: RandomBytes): string {
  const text = Array.from(randomBytes(recoveryCharacters), (byte) => alphabet[byte & 31]).join('');
  return (text.match(/.{4}/g) ?? []).join('-');
}

/** As people type it: spaces, dashes and capitals do not matter. */
function plain(code: string): string {
  return code.replace(/[\s-]/g, '').toLowerCase();
}
