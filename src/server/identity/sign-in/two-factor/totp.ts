/** Codes of authenticator apps (RFC 6238: HMAC-SHA-1, six digits, 30 seconds), and how an app is told the secret. */
import { timingSafeEqual } from 'node:crypto';
import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';
import { encode } from 'uqr';
import type { RandomBytes } from '../../../ports/clock.ts';

const stepMs = 30_000;
/** 160 bits, as RFC 4226 recommends; as text, for the library signs with the bytes of a text. */
const secretCharacters = 32;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new secret of 160 random bits. */
export function makeTotpSecret(randomBytes: RandomBytes): string {
  return Array.from(randomBytes(secretCharacters), (byte) => alphabet[byte & 31]).join('');
}

/**
 * The time step whose code `code` is, or null: the one of `nowMs` or a neighbour, as clocks differ. All are computed and compared
 * whatever matches.
 */
export async function maybeMatchingStep(secret: string, code: string, nowMs: number): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const given = Buffer.from(code);
  const current = Math.floor(nowMs / stepMs);
  const otp = createOTP(secret, { digits: 6 });
  let matching: number | null = null;
  for (const step of [current - 1, current, current + 1]) {
    const expected = Buffer.from(await otp.hotp(step));
    if (timingSafeEqual(given, expected)) matching = step;
  }
  return matching;
}

/** The code that an app shows at `nowMs`. */
export function totpCode(secret: string, nowMs: number): Promise<string> {
  return createOTP(secret, { digits: 6 }).hotp(Math.floor(nowMs / stepMs));
}

/** What an app is set up with. */
export interface TotpOffer {
  /** `otpauth://totp/...` */
  uri: string;
  /** base32, in groups of four */
  secret: string;
  /** the same as a QR code: modules a side, and an SVG path of the dark ones */
  qr: { size: number; path: string };
}

/** `secret` in the forms that apps take; `issuer` and `account` are what the app shows beside the code. */
export function offerTotp(secret: string, issuer: string, account: string): TotpOffer {
  const uri = createOTP(secret, { digits: 6 }).url(issuer, account);
  const typed = base32.encode(secret, { padding: false });
  return { uri, secret: (typed.match(/.{1,4}/g) ?? []).join(' '), qr: drawQr(uri) };
}

function drawQr(text: string): TotpOffer['qr'] {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const path = data
    .flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark && row[x - 1] !== true ? [`M${x} ${y}h${runOf(row, x)}v1h-${runOf(row, x)}z`] : [])),
    )
    .join('');
  return { size, path };
}

/** How many dark modules follow each other from `x` on. */
function runOf(row: readonly boolean[], x: number): number {
  const end = row.indexOf(false, x);
  return (end === -1 ? row.length : end) - x;
}
