/** How a workspace signs its embed tokens: a secret with rotation, or public keys somewhere; and who may frame its panels. */
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Outbound } from '../../ports/outbound.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import type { EndedCredentials } from '../ended.ts';
import { assertMayHold, readAuthority } from '../keys/grant.ts';
import { publicPart } from '../keys/secret-text.ts';
import type { Principal } from '../principal.ts';
import { makeToken } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { WatchedVersion } from '../versioned-cache.ts';

const hourMs = 3_600_000;

/** What is set up. Instants in epoch ms. */
export interface EmbedState {
  workspaceId: string;
  secretMadeMs: number | null;
  secretPrefix: string | null;
  /** until then the secret before works too */
  previousUntilMs: number | null;
  jwksUrl: string | null;
  frameOrigins: string[];
}

/** The settings of workspaces, as those may change them who may see everything that a token can show. */
export interface EmbedSettings {
  read(workspaceId: string): Promise<EmbedState>;
  /** @throws FORBIDDEN */
  rotateSecret(principal: Principal, overlapHours: number): Promise<{ state: EmbedState; secret: string }>;
  /** @throws FORBIDDEN, NOT_FOUND */
  deleteSecret(principal: Principal): Promise<void>;
  /** What is not given stays. @throws FORBIDDEN, OUTBOUND_FORBIDDEN */
  change(principal: Principal, wanted: { jwksUrl?: string | null; frameOrigins?: readonly string[] }): Promise<EmbedState>;
}

/** What settings of tokens are kept with. */
export interface TokenSettingsParts {
  db: CatalogDatabase;
  sealer: Sealer;
  version: WatchedVersion;
  ended: EndedCredentials;
  outbound: Outbound;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** What signed tokens are verified with. */
export interface EmbedKeys {
  /** newest first; each works until then, epoch ms */
  secrets: { secret: Uint8Array; untilMs: number }[];
  jwksUrl: string | null;
}

interface EmbedRow {
  workspace_id: string;
  secret_sealed: string | null;
  secret_prefix: string | null;
  secret_made_at: number | null;
  previous_sealed: string | null;
  previous_until: number | null;
  jwks_url: string | null;
  frame_origins: string;
}

/** Under which a secret is sealed, in both columns that it can stand in. */
export function embedLabel(workspaceId: string): string {
  return `embed secret of ${workspaceId}`;
}

/** The settings in the catalog. */
export function createEmbedSettings(parts: TokenSettingsParts): EmbedSettings {
  const { db, sealer, outbound, clock, randomBytes } = parts;
  const stateOf = (row: EmbedRow): EmbedState => ({
    workspaceId: row.workspace_id,
    secretMadeMs: row.secret_made_at,
    secretPrefix: row.secret_prefix,
    previousUntilMs: (row.previous_until ?? 0) > clock.now() ? row.previous_until : null,
    jwksUrl: row.jwks_url,
    frameOrigins: JSON.parse(row.frame_origins) as string[],
  });
  return {
    read: async (workspaceId) => stateOf(await readRow(db, workspaceId)),
    rotateSecret: async (principal, overlapHours) => {
      const { workspaceId } = principal;
      const secret = `bw_e_${makeToken(randomBytes)}${makeToken(randomBytes)}`;
      const row = await changeRow(parts, principal, (before) => ({
        ...before,
        previous_sealed: before.secret_sealed,
        previous_until: before.secret_sealed === null ? null : clock.now() + overlapHours * hourMs,
        secret_sealed: sealer.seal(secret, embedLabel(workspaceId)),
        secret_prefix: publicPart(secret),
        secret_made_at: clock.now(),
      }));
      return { state: stateOf(row), secret };
    },
    deleteSecret: async (principal) => {
      await changeRow(parts, principal, (before) => {
        if (before.secret_sealed === null) throw new Problem('NOT_FOUND', 'There is no secret for embed tokens.');
        const gone = { secret_sealed: null, secret_prefix: null, secret_made_at: null, previous_sealed: null, previous_until: null };
        return { ...before, ...gone };
      });
    },
    change: async (principal, { jwksUrl, frameOrigins }) => {
      if (typeof jwksUrl === 'string') outbound.assertAllowed(jwksUrl);
      const row = await changeRow(parts, principal, (before) => ({
        ...before,
        jwks_url: jwksUrl === undefined ? before.jwks_url : jwksUrl,
        frame_origins: frameOrigins === undefined ? before.frame_origins : JSON.stringify([...new Set(frameOrigins)]),
      }));
      return stateOf(row);
    },
  };
}

/** What tokens of the workspace may be signed with. */
export async function readEmbedKeys(db: CatalogDatabase, sealer: Sealer, workspaceId: string): Promise<EmbedKeys> {
  const row = await readRow(db, workspaceId);
  const open = (sealed: string | null, untilMs: number) => {
    const secret = sealed === null ? null : sealer.maybeOpen(sealed, embedLabel(workspaceId));
    return secret === null ? [] : [{ secret: Buffer.from(secret), untilMs }];
  };
  return { secrets: [...open(row.secret_sealed, Infinity), ...open(row.previous_sealed, row.previous_until ?? 0)], jwksUrl: row.jwks_url };
}

async function changeRow(parts: TokenSettingsParts, principal: Principal, alter: (before: EmbedRow) => EmbedRow): Promise<EmbedRow> {
  const { db, version, ended } = parts;
  const { workspaceId } = principal;
  const row = await db.transaction().execute(async (transaction) => {
    await raiseIdentityVersion(transaction);
    const authority = await readAuthority(transaction, principal, 'keys:manage');
    // Who holds the secret can sign a token for every event and every dashboard.
    assertMayHold(principal, authority, ['events:read', 'dashboards:read'], {});
    const after = alter(await readRow(transaction, workspaceId));
    await transaction
      .insertInto('embed_settings')
      .values(after)
      .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(after))
      .execute();
    return after;
  });
  version.forget();
  ended.tell({ workspaceId });
  return row;
}

async function readRow(db: CatalogDatabase, workspaceId: string): Promise<EmbedRow> {
  const row = await db.selectFrom('embed_settings').selectAll().where('workspace_id', '=', workspaceId).executeTakeFirst();
  const empty = { secret_sealed: null, secret_prefix: null, secret_made_at: null, previous_sealed: null, previous_until: null };
  return row ?? { workspace_id: workspaceId, ...empty, jwks_url: null, frame_origins: '[]' };
}
