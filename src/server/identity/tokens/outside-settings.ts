/** How a workspace takes tokens that another application signs for its own users. */
import type { OutsideAlgorithm, OutsideAnswer, OutsideBody } from '../../../shared/contract/outside.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { assertMayHold, readAuthority } from '../keys/grant.ts';
import type { Principal } from '../principal.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { TokenSettingsParts } from './embed-settings.ts';

/** Workspaces that may take such tokens; a token is tried against those that it fits. */
const mostWorkspaces = 1_000;

/** What is set up, without the secret. */
export interface OutsideState extends Pick<
  OutsideAnswer,
  'algorithm' | 'jwksUrl' | 'issuer' | 'audience' | 'claims' | 'seesAll' | 'permissions'
> {
  workspaceId: string;
  changedMs: number;
}

/** What is set up, with what it is verified by. */
export interface OutsideTrust extends OutsideState {
  /** null: signed by a key of `jwksUrl` */
  secret: Uint8Array | null;
}

/** The settings of workspaces. */
export interface OutsideSettings {
  /** null: such tokens are not taken */
  read(workspaceId: string): Promise<OutsideState | null>;
  /** @throws FORBIDDEN, REQUEST_INVALID when a secret is missing, OUTBOUND_FORBIDDEN */
  set(principal: Principal, wanted: OutsideBody): Promise<OutsideState>;
  /** @throws NOT_FOUND */
  remove(principal: Principal): Promise<void>;
}

interface OutsideRow {
  workspace_id: string;
  algorithm: string;
  secret_sealed: string | null;
  jwks_url: string | null;
  issuer: string | null;
  audience: string | null;
  claims: string;
  sees_all: string | null;
  permissions: string;
  changed_at: number;
}

/** Under which a secret is sealed. */
export function outsideLabel(workspaceId: string): string {
  return `outside secret of ${workspaceId}`;
}

/** The settings in the catalog. */
export function createOutsideSettings(parts: TokenSettingsParts): OutsideSettings {
  const { db, version, ended, outbound } = parts;
  const announce = (workspaceId: string): void => {
    version.forget();
    ended.tell({ workspaceId });
  };
  return {
    read: async (workspaceId) => {
      const row = await maybeReadRow(db, workspaceId);
      return row === undefined ? null : stateOf(row);
    },
    set: async (principal, wanted) => {
      if (wanted.algorithm !== 'HS256') outbound.assertAllowed(wanted.jwksUrl);
      const row = await db.transaction().execute(async (transaction) => {
        await raiseIdentityVersion(transaction);
        const authority = await readAuthority(transaction, principal, 'workspace:manage');
        // The other application decides who sees what: nobody who sees only a part may hand that over.
        assertMayHold(principal, authority, wanted.permissions, {});
        const after = rowOf(parts, principal.workspaceId, wanted, await maybeReadRow(transaction, principal.workspaceId));
        await transaction
          .insertInto('outside_settings')
          .values(after)
          .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(after))
          .execute();
        return after;
      });
      announce(principal.workspaceId);
      return stateOf(row);
    },
    remove: async ({ workspaceId }) => {
      const removed = await db.transaction().execute(async (transaction) => {
        await raiseIdentityVersion(transaction);
        return transaction.deleteFrom('outside_settings').where('workspace_id', '=', workspaceId).returning('workspace_id').execute();
      });
      if (removed.length === 0) throw new Problem('NOT_FOUND', 'Tokens of another application are not taken here anyway.');
      announce(workspaceId);
    },
  };
}

/** What all workspaces trust, oldest workspace first. A secret that cannot be unsealed lets nobody in. */
export async function readOutsideTrusts(db: CatalogDatabase, sealer: Sealer): Promise<OutsideTrust[]> {
  const rows = await db
    .selectFrom('outside_settings as o')
    .innerJoin('workspaces as w', 'w.id', 'o.workspace_id')
    .selectAll('o')
    .orderBy('w.created_at')
    .orderBy('w.id')
    .limit(mostWorkspaces)
    .execute();
  return rows.flatMap((row) => {
    const secret = row.secret_sealed === null ? null : sealer.maybeOpen(row.secret_sealed, outsideLabel(row.workspace_id));
    if (secret === null && row.jwks_url === null) return [];
    return [{ ...stateOf(row), secret: secret === null ? null : Buffer.from(secret) }];
  });
}

function rowOf({ sealer, clock }: TokenSettingsParts, workspaceId: string, wanted: OutsideBody, before?: OutsideRow): OutsideRow {
  const { algorithm, issuer, audience, claims, seesAll, permissions } = wanted;
  const isShared = algorithm === 'HS256';
  const secret = isShared ? wanted.secret : undefined;
  const secretSealed = secret === undefined ? (before?.secret_sealed ?? null) : sealer.seal(secret, outsideLabel(workspaceId));
  if (isShared && secretSealed === null)
    throw new Problem('REQUEST_INVALID', '"secret" is missing: HS256 needs the secret that the other application signs with.');
  return {
    workspace_id: workspaceId,
    algorithm,
    secret_sealed: isShared ? secretSealed : null,
    jwks_url: isShared ? null : wanted.jwksUrl,
    issuer,
    audience,
    claims: JSON.stringify(claims),
    sees_all: seesAll === null ? null : JSON.stringify(seesAll),
    permissions: JSON.stringify(permissions),
    changed_at: clock.now(),
  };
}

async function maybeReadRow(db: CatalogDatabase, workspaceId: string): Promise<OutsideRow | undefined> {
  return db.selectFrom('outside_settings').selectAll().where('workspace_id', '=', workspaceId).executeTakeFirst();
}

function stateOf(row: OutsideRow): OutsideState {
  return {
    workspaceId: row.workspace_id,
    algorithm: row.algorithm as OutsideAlgorithm,
    jwksUrl: row.jwks_url,
    issuer: row.issuer,
    audience: row.audience,
    claims: JSON.parse(row.claims) as OutsideState['claims'],
    seesAll: row.sees_all === null ? null : (JSON.parse(row.sees_all) as OutsideState['seesAll']),
    permissions: JSON.parse(row.permissions) as OutsideState['permissions'],
    changedMs: row.changed_at,
  };
}
