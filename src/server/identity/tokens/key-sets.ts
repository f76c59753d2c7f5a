/** Public keys that others publish (JWKS), fetched through the guarded way out and kept for a while. */
import { importJWK, type CryptoKey, type JWK } from 'jose';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Outbound } from '../../ports/outbound.ts';
import type { Algorithm, PeekedToken } from './jwt.ts';

/** When a set is fetched again, how long one is trusted that cannot be, and how soon a key that is missing is looked for again. */
const freshMs = 10 * 60_000;
const trustMs = 24 * 3_600_000;
const retryMs = 15_000;
const timeoutMs = 5_000;
const maxBytes = 256 * 1_024;
const mostKeys = 100;

/** Keys by where they are published. */
export interface KeySets {
  /** The keys at `url` that may have signed the token; none when they cannot be had. */
  candidates(url: string, token: PeekedToken): Promise<CryptoKey[]>;
}

interface PublicKey {
  id: string | null;
  algorithm: Algorithm;
  key: CryptoKey;
}

interface KeySet {
  keys: PublicKey[];
  /** epoch ms of the last fetch that worked, and of the last that was tried */
  fetchedMs: number;
  triedMs: number;
  fetching: Promise<void> | null;
}

/** What key sets are fetched with. */
export interface KeySetsParts {
  outbound: Outbound;
  clock: Clock;
  log: Log;
}

/**
 * Key sets in memory. A token that names a key we do not have makes us look again, though not more often than every few
 * seconds, so that keys may be rotated at any time and strangers cannot make us call.
 */
export function createKeySets({ outbound, clock, log }: KeySetsParts): KeySets {
  const sets = new Map<string, KeySet>();

  const fetchSet = async (url: string, set: KeySet): Promise<void> => {
    try {
      const accept = 'application/jwk-set+json, application/json';
      const answer = await outbound.send({ url, method: 'GET', headers: { accept }, timeoutMs, maxBytes, maxRedirects: 3 });
      if (answer.status !== 200 || answer.isCut) throw new Error(`answered ${answer.status}${answer.isCut ? ', and too much' : ''}`);
      set.keys = await importKeys(Buffer.from(answer.body).toString('utf8'));
      set.fetchedMs = clock.now();
    } catch (error) {
      log.warn({ err: error, url }, 'the public keys of tokens could not be fetched');
    } finally {
      set.fetching = null;
    }
  };
  const refresh = (url: string, set: KeySet): Promise<void> => {
    if (set.fetching !== null) return set.fetching;
    if (clock.now() - set.triedMs < retryMs) return Promise.resolve();
    set.triedMs = clock.now();
    return (set.fetching = fetchSet(url, set));
  };

  return {
    candidates: async (url, token) => {
      let set = sets.get(url);
      if (set === undefined) sets.set(url, (set = { keys: [], fetchedMs: -Infinity, triedMs: -Infinity, fetching: null }));
      const ageMs = clock.now() - set.fetchedMs;
      if (ageMs > trustMs) set.keys = [];
      const known = fitting(set.keys, token);
      if (known.length === 0) await refresh(url, set);
      else if (ageMs > freshMs) await refresh(url, set);
      return fitting(set.keys, token);
    },
  };
}

function fitting(keys: readonly PublicKey[], { algorithm, keyId }: PeekedToken): CryptoKey[] {
  return keys.filter((each) => each.algorithm === algorithm && (keyId === null || each.id === keyId)).map((each) => each.key);
}

/** The keys of a set that can verify; shared secrets and keys for other things are left out. */
async function importKeys(text: string): Promise<PublicKey[]> {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('is no set of keys: it has no list "keys"');
  const imported = await Promise.all(keys.slice(0, mostKeys).map((each) => maybeImport(each as JWK)));
  return imported.filter((each) => each !== null);
}

async function maybeImport(jwk: JWK): Promise<PublicKey | null> {
  const algorithm = maybeAlgorithm(jwk);
  if (algorithm === null) return null;
  const { kty, n, e, crv, x, y } = jwk;
  try {
    // Only its public members: a set that gives a private key away by mistake still verifies.
    const key = await importJWK(kty === 'RSA' ? { kty, n: n!, e: e! } : { kty: 'EC', crv: crv!, x: x!, y: y! }, algorithm);
    return key instanceof Uint8Array ? null : { id: typeof jwk.kid === 'string' ? jwk.kid : null, algorithm, key };
  } catch {
    return null;
  }
}

function maybeAlgorithm(jwk: JWK): Algorithm | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  if (jwk.use !== undefined && jwk.use !== 'sig') return null;
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) return null;
  const algorithm = jwk.kty === 'RSA' ? 'RS256' : jwk.kty === 'EC' && jwk.crv === 'P-256' ? 'ES256' : null;
  return algorithm !== null && (jwk.alg === undefined || jwk.alg === algorithm) ? algorithm : null;
}
