/** Who is asking, and the policy under which their questions run. */
import type { Condition } from '../../shared/model/query.ts';

/** Somebody or something that was let in. */
export interface Principal {
  kind: 'person' | 'api-key' | 'write-key' | 'local-owner';
  workspaceId: string;
  /** person or key id, for the log and the audit */
  id: string;
  /** what it may do: `ask`, `ingest`, `admin` */
  scopes: readonly Scope[];
}

/** What a principal may do. */
export type Scope = 'ask' | 'ingest' | 'admin';

/** What a question may see. Part of every cache key and live room. */
export interface Policy {
  workspaceId: string;
  /** stable name shown in the lineage, e.g. `workspace` */
  name: string;
  /** extra conditions on every dataset row; empty: all rows of the workspace */
  rowFilter: readonly Condition[];
}
