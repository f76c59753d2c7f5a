/** Lets everything that is sealed in the catalog follow a rotation of the secret. */
import { personKeyLabel } from '../audit/personal.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { providerLabel } from '../identity/sign-in/oidc/provider.ts';
import { secretLabel } from '../identity/sign-in/two-factor/second-factors.ts';
import { embedLabel } from '../identity/tokens/embed-settings.ts';
import { outsideLabel } from '../identity/tokens/outside-settings.ts';
import { channelLabel } from '../notification/channels.ts';
import type { RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { resealAll, type SealedColumn } from '../sealing/reseal.ts';
import { createSealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';

/** Every column of the catalog that holds sealed text. A column that is missing here loses its texts when an older secret is dropped. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'keys', idColumns: ['id'], column: 'sealed', label: (row) => String(row.id) },
  { table: 'audit_person_keys', idColumns: ['person_id'], column: 'sealed', label: (row) => personKeyLabel(String(row.person_id)) },
  { table: 'two_factors', idColumns: ['person_id'], column: 'sealed', label: (row) => secretLabel(String(row.person_id)) },
  { table: 'sign_in_providers', idColumns: ['id'], column: 'sealed', label: (row) => providerLabel(String(row.id)) },
  { table: 'embed_settings', idColumns: ['workspace_id'], column: 'secret_sealed', label: (row) => embedLabel(String(row.workspace_id)) },
  { table: 'embed_settings', idColumns: ['workspace_id'], column: 'previous_sealed', label: (row) => embedLabel(String(row.workspace_id)) },
  {
    table: 'outside_settings',
    idColumns: ['workspace_id'],
    column: 'secret_sealed',
    label: (row) => outsideLabel(String(row.workspace_id)),
  },
  { table: 'notification_channels', idColumns: ['id'], column: 'sealed', label: (row) => channelLabel(String(row.id)) },
  { table: 'notification_channels', idColumns: ['id'], column: 'sealed_before', label: (row) => channelLabel(String(row.id)) },
];

/** Seals anew what older secrets sealed; afterwards they can be dropped. What cannot be opened is left and logged. */
export async function resealStores(db: CatalogDatabase, secrets: Secrets, randomBytes: RandomBytes, log: Log): Promise<void> {
  const { resealed, unopened } = await resealAll(db, createSealer(secrets, randomBytes), sealedColumns);
  if (resealed > 0) log.info({ resealed }, 'sealed anew under the newest secret');
  if (Object.keys(unopened).length > 0)
    log.warn({ unopened }, 'sealed under a secret that is not known: BELLWETHER_SECRET_PREVIOUS must name it for these to be readable');
}
