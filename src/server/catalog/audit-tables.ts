/** The catalog's tables of the audit log. Instants are epoch ms; hashes are SHA-256 in hex. */

/** Tables of the audit room. Entries and heads are only ever added. */
export interface AuditTables {
  /** `genesis`: random, what the first entry follows; `seq`, `hash`: of the newest entry. Workspace '' is the installation */
  audit_chains: { workspace_id: string; genesis: string; seq: number; hash: string };
  /** `rest`: JSON with detail and sealed personal parts; no column but that holds a tab or a line break */
  audit_entries: {
    workspace_id: string;
    seq: number;
    at: number;
    action: string;
    outcome: string;
    actor_kind: string;
    actor_id: string;
    target_kind: string;
    target_id: string;
    rest: string;
    hash: string;
  };
  /** `intact`: whether everything before it verified when it was signed; `digest`: what the next head follows */
  audit_heads: {
    workspace_id: string;
    number: number;
    seq: number;
    hash: string;
    at: number;
    intact: 0 | 1;
    key_id: string;
    signature: string;
    digest: string;
  };
  /** `sealed`: the person's key; null once it was destroyed */
  audit_person_keys: { person_id: string; sealed: string | null; created_at: number; erased_at: number | null };
  /** Which node feeds a stream; `target`: hash of its address and form */
  audit_streams: { target: string; holder: string; lease_until: number };
  /** The newest entry and head of a chain that a stream's receiver has for certain. */
  audit_stream_cursors: { target: string; workspace_id: string; seq: number; head: number };
}
