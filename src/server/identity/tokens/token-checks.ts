/** Tells who brings a signed token, from memory while what it is signed with stays the same. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Outbound } from '../../ports/outbound.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { isUsable, type CallSource, type Credential } from '../credential.ts';
import type { Principal } from '../principal.ts';
import { digest } from '../random-text.ts';
import { versionedCache, type WatchedVersion } from '../versioned-cache.ts';
import { readEmbedKeys, type EmbedKeys } from './embed-settings.ts';
import { isEmbedToken, maybeEmbedCredential } from './embed-token.ts';
import { maybePeek } from './jwt.ts';
import { createKeySets } from './key-sets.ts';
import { maybeOutsideCredential } from './outside-token.ts';
import { readOutsideTrusts, type OutsideTrust } from './outside-settings.ts';

/** How long the outcome of a verification is kept: so long may a key count that its owner has taken from a published set. */
const keptMs = 60_000;
/** How long a refusal is: the key that is missing may be published any moment. */
const refusedMs = 5_000;

/** Checks of signed tokens. */
export interface TokenChecks {
  /** Who the token lets in, or null. `workspaceId` picks one where several trust whoever signed it. */
  check(token: string, workspaceId: string | null, source: CallSource): Promise<Principal | null>;
  /** What embed tokens of a workspace are signed with. */
  embedKeysOf(workspaceId: string): Promise<EmbedKeys>;
}

/** What tokens are checked with. */
export interface TokenChecksParts {
  db: CatalogDatabase;
  sealer: Sealer;
  version: WatchedVersion;
  outbound: Outbound;
  clock: Clock;
  log: Log;
}

/** Checks against the settings in the catalog. */
export function createTokenChecks({ db, sealer, version, outbound, clock, log }: TokenChecksParts): TokenChecks {
  const bounds = { maxAgeMs: keptMs, capacity: 50_000, absentMaxAgeMs: refusedMs, absentCapacity: 5_000 };
  const credentials = versionedCache<Credential | null>(version, clock, bounds);
  const embedKeys = versionedCache<EmbedKeys>(version, clock, { maxAgeMs: Infinity, capacity: 1_000 });
  const trusts = versionedCache<OutsideTrust[]>(version, clock, { maxAgeMs: Infinity, capacity: 1 });
  const keySets = createKeySets({ outbound, clock, log });
  const embedKeysOf = (workspaceId: string) => embedKeys.get(workspaceId, () => readEmbedKeys(db, sealer, workspaceId));
  const embedChecks = { keysOf: embedKeysOf, keySets };
  const outsideChecks = { trusts: () => trusts.get('', () => readOutsideTrusts(db, sealer)), keySets };

  const verify = async (token: string, workspaceId: string | null): Promise<Credential | null> => {
    const peeked = maybePeek(token);
    if (peeked === null) return null;
    return isEmbedToken(peeked)
      ? maybeEmbedCredential(embedChecks, peeked, clock.now())
      : maybeOutsideCredential(outsideChecks, peeked, workspaceId, clock.now());
  };
  return {
    check: async (token, workspaceId, source) => {
      const credential = await credentials.get(digest(`${workspaceId ?? ''} ${token}`), () => verify(token, workspaceId));
      return credential !== null && isUsable(credential, source, clock.now()) ? credential.principal : null;
    },
    embedKeysOf,
  };
}
