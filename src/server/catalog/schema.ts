/** The catalog's tables as Kysely sees them. Instants are epoch ms (integers); JSON is text. */
import type { ColumnType, Generated, Kysely } from 'kysely';
import type { AuditTables } from './audit-tables.ts';
import type { IncidentTables, NotificationTables } from './incident-tables.ts';

/** ISO text when written or compared; reading it back is left to better-auth. */
type AuthInstant = ColumnType<unknown, string, string>;

/** The tables of the catalog. Those named `auth_*` have the shape that better-auth 1.7 reads and writes. */
export interface CatalogTables extends AuditTables, IncidentTables, NotificationTables {
  /** instants of `auth_*` tables are written as ISO text, and read by better-auth alone; `email` is lower case */
  auth_users: {
    id: string;
    name: string;
    email: string;
    email_verified: ColumnType<never, 0 | 1, 0 | 1>;
    created_at: AuthInstant;
    updated_at: AuthInstant;
  };
  /** `token` (better-auth's): SHA-256, hex. From `opened_at` on the columns are our own. `method`: 'password', 'provider', 'link' */
  auth_sessions: {
    id: string;
    user_id: string;
    expires_at: AuthInstant;
    created_at: AuthInstant;
    ip_address: string | null;
    user_agent: string | null;
    opened_at: Generated<number>;
    last_seen_at: Generated<number>;
    method: Generated<string>;
    has_second_factor: Generated<number>;
    provider_id: string | null;
    country: string | null;
  };
  auth_accounts: {
    id: string;
    user_id: string;
    account_id: string;
    provider_id: string;
    password: string | null;
    created_at: AuthInstant;
    updated_at: AuthInstant;
  };
  workspaces: { id: string; name: string; created_at: number; settings: string };
  /** `role`: the name of a built-in role, or the id of one of the workspace. `attributes`, `limits`: JSON by name, by dataset */
  memberships: {
    workspace_id: string;
    person_id: string;
    role: string;
    created_at: number;
    attributes: Generated<string>;
    limits: Generated<string>;
    last_seen_at: number | null;
  };
  /** `name_key`: the name in lower case. `permissions`, `rules`: JSON */
  roles: {
    id: string;
    workspace_id: string;
    name: string;
    name_key: string;
    description: string;
    permissions: string;
    rules: string;
    created_at: number;
    updated_at: number;
  };
  /** `roles`: role ids, JSON */
  groups: { id: string; workspace_id: string; name: string; name_key: string; roles: string; created_at: number };
  group_members: { group_id: string; workspace_id: string; person_id: string };
  /** Open invitations; accepting one deletes it. `hash`: SHA-256 of the token, hex. `email` is lower case; null: anybody */
  invitations: {
    id: string;
    workspace_id: string;
    hash: string;
    email: string | null;
    role: string;
    groups: string;
    attributes: string;
    limits: string;
    inviter_kind: string;
    inviter_id: string;
    created_at: number;
    expires_at: number;
  };
  /** Who runs the installation. */
  operators: { person_id: string; created_at: number };
  /**
   * kind: 'write' or 'api'. `hash`: SHA-256 of the key, hex; `previous_hash`: of the one before, which works until `previous_until`.
   * `sealed`: the key itself, encrypted, for write keys only. `rules`: what was kept from the maker, JSON by dataset
   */
  keys: {
    id: string;
    workspace_id: string;
    kind: string;
    name: string;
    prefix: string;
    hash: string;
    sealed: string | null;
    scopes: string;
    created_at: number;
    revoked_at: number | null;
    last_used_at: number | null;
    role: string | null;
    rules: Generated<string>;
    expires_at: number | null;
    calls_per_minute: number | null;
    origins: Generated<string>;
    addresses: Generated<string>;
    maker_kind: string | null;
    maker_id: string | null;
    last_used_from: string | null;
    previous_hash: string | null;
    previous_until: number | null;
  };
  /** Tokens with which programs act as a person; deleted with the membership. */
  personal_tokens: {
    id: string;
    workspace_id: string;
    person_id: string;
    name: string;
    prefix: string;
    hash: string;
    scopes: string;
    created_at: number;
    expires_at: number | null;
    last_used_at: number | null;
    last_used_from: string | null;
  };
  /** How embed tokens of a workspace are signed. `frame_origins`: JSON */
  embed_settings: {
    workspace_id: string;
    secret_sealed: string | null;
    secret_prefix: string | null;
    secret_made_at: number | null;
    previous_sealed: string | null;
    previous_until: number | null;
    jwks_url: string | null;
    frame_origins: string;
  };
  /** How tokens of another application are taken. `claims`, `sees_all`, `permissions`: JSON */
  outside_settings: {
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
  };
  /** `name_key`: the name in lower case. `panels`: JSON */
  dashboards: {
    id: string;
    workspace_id: string;
    name: string;
    name_key: string;
    description: string;
    panels: string;
    version: number;
    created_at: number;
    updated_at: number;
  };
  /** One-time links that let the first owner sign up. */
  sign_up_links: { hash: string; workspace_id: string; role: string; created_at: number; used_at: number | null };
  /** Tries by account. `subject`: keyed hash of the address, so that unknown ones have it too */
  sign_in_locks: {
    subject: string;
    failures: number;
    window_ends_at: number;
    locks: number;
    locked_until: number;
    forget_at: number;
  };
  /** People who were locked out on purpose, until somebody lets them in again. */
  locked_people: { person_id: string; created_at: number };
  /** Links for a new password that nobody has used yet. `hash`: SHA-256 of the token, hex */
  password_resets: { hash: string; person_id: string; created_at: number; expires_at: number };
  /** `sealed`: the secret of the authenticator app. `last_step`: the newest time step whose code was taken; none is taken twice */
  two_factors: { person_id: string; sealed: string; last_step: number; created_at: number; confirmed_at: number | null };
  /** Those that are left; using one deletes it. */
  recovery_codes: { person_id: string; hash: string };
  trusted_devices: { hash: string; person_id: string; created_at: number; expires_at: number };
  /** Sign-ins whose first step was right, and that wait for a code. */
  second_factor_waits: {
    hash: string;
    person_id: string;
    method: string;
    provider_id: string | null;
    tries: number;
    expires_at: number;
  };
  /** OpenID Connect. `sealed`: the client secret; `settings`: the rest as JSON */
  sign_in_providers: {
    id: string;
    name: string;
    issuer: string;
    client_id: string;
    sealed: string | null;
    settings: string;
    is_on: number;
    created_at: number;
    updated_at: number;
  };
  sign_in_links: { provider_id: string; subject: string; person_id: string; email: string | null; created_at: number };
  /** Browsers that are at a provider. `hash`: of the state; `sealed`: nonce and verifier; `link_session_id`: whose account is to be linked */
  provider_visits: {
    hash: string;
    browser_hash: string;
    provider_id: string;
    sealed: string;
    return_path: string;
    link_session_id: string | null;
    expires_at: number;
  };
  /** The ingest ledger of everything committed; what is still in the spool is added when read. */
  ledger: {
    workspace_id: string;
    source: string;
    received: number;
    duplicates: number;
    rejected: number;
    stored: number;
  };
  ledger_reasons: { workspace_id: string; source: string; reason: string; rejected: number };
  /** Segments already counted in the ledger; pruned once the spool has removed them. */
  committed_segments: { node: string; segment_id: string; committed_at: number };
  watermarks: { workspace_id: string; dataset: string; watermark_ms: number };
  /** state: 'running' | 'done' | 'failed' | 'undone' */
  imports: {
    id: string;
    workspace_id: string;
    file_name: string;
    /** SHA-256 of the content, hex; null while unknown */
    content_hash: string | null;
    state: string;
    /** records taken so far, for resume */
    position: number;
    counts: string;
    mapping: string;
    created_at: number;
    finished_at: number | null;
  };
  /** state: 'queued' | 'running' | 'done' | 'failed' */
  jobs: {
    id: Generated<number>;
    kind: string;
    workspace_id: string | null;
    payload: string;
    state: string;
    run_at: number;
    attempts: number;
    max_attempts: number;
    /** of one kind and key at most one job is queued or running; null: any number */
    singleton_key: string | null;
    lease_owner: string | null;
    lease_until: number | null;
    last_error: string | null;
    created_at: number;
    finished_at: number | null;
  };
  /** Cron schedules; `timezone` is an IANA name; `next_at` is claimed like a lease so that one node fires each. */
  schedules: { name: string; cron: string; timezone: string; kind: string; payload: string; next_at: number; last_at: number | null };
  watch_settings: { workspace_id: string; settings: string };
  /** kind: 'habit' or 'places'; `key` names workspace and subject */
  watch_memory: { kind: string; key: string; value: string; noted_at: number };
  /** who is slowed down, as `kind id`; epoch ms */
  watch_throttles: { subject: string; until_ms: number };
  /** Small facts of the installation, such as its id and the secret's fingerprint. */
  facts: { name: string; value: string };
}

/** The catalog database. */
export type CatalogDatabase = Kysely<CatalogTables>;

/** The databases that can hold a catalog. */
export type CatalogDialect = 'sqlite' | 'postgres';

/** An open, migrated catalog. */
export interface Catalog {
  readonly db: CatalogDatabase;
  readonly dialect: CatalogDialect;
  /** Finishes what runs, then closes every connection. */
  close(): Promise<void>;
}
