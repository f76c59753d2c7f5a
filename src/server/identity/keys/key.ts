/** A key of a workspace as it is known without the key itself. */
import type { KeyScope } from '../../../shared/contract/keys.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';

/** What bounds a key besides what it may do. */
export interface KeyLimits {
  /** epoch ms; null: never */
  expiresMs: number | null;
  callsPerMinute: number | null;
  /** pages that may use it; none: any, and programs */
  origins: string[];
  /** networks that may use it; none: any */
  addresses: string[];
}

/** What a key may do and see. */
export interface KeyGrant {
  scopes: KeyScope[];
  /** the role that bounds it, as it is at the time of the call; null: none */
  roleId: string | null;
  /** what was kept from whoever made it */
  rules: DatasetRules;
}

/** Who made a key. */
export interface KeyMaker {
  kind: string;
  id: string;
}

/** A key. Instants in epoch ms. */
export interface Key extends KeyLimits, KeyGrant {
  id: string;
  workspaceId: string;
  kind: 'write' | 'api';
  name: string;
  prefix: string;
  maker: KeyMaker | null;
  createdMs: number;
  revokedMs: number | null;
  lastUsedMs: number | null;
  lastUsedFrom: string | null;
  /** until then the secret before the last rotation works too */
  previousUntilMs: number | null;
}

/** What a new key is made of. */
export interface NewKey extends Partial<KeyLimits>, Partial<Omit<KeyGrant, 'scopes'>> {
  id: string;
  workspaceId: string;
  kind: 'write' | 'api';
  name: string;
  scopes: readonly KeyScope[];
  /** the key itself */
  secret: string;
  maker?: KeyMaker | null;
  createdMs: number;
}
