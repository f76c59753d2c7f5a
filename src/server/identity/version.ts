/** The version of people, memberships, sessions and keys: raised with each change, so that no node trusts what it cached before. */
import { raiseVersion, readVersion } from '../catalog/version.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';

const name = 'identity_version';

/** The version now. */
export function readIdentityVersion(db: CatalogDatabase): Promise<number> {
  return readVersion(db, name);
}

/** Raises the version, best in the transaction of the change itself. */
export function raiseIdentityVersion(db: CatalogDatabase): Promise<void> {
  return raiseVersion(db, name);
}
