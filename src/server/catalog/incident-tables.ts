/** The catalog's tables of incidents, notifications and their deliveries. Instants are epoch ms; JSON is text. */
import type { Generated } from 'kysely';

/** Tables of the incident room. */
export interface IncidentTables {
  /** state: 'open' | 'acknowledged' | 'resolved'; of one workspace and `dedup_key` at most one is not resolved */
  incidents: {
    id: string;
    workspace_id: string;
    kind: string;
    severity: string;
    state: string;
    title: string;
    cause: string;
    /** JSON */
    evidence: string;
    subject_kind: string | null;
    subject_id: string | null;
    dedup_key: string;
    /** how often the cause was seen */
    symptoms: number;
    assignee_id: string | null;
    opened_at: number;
    last_seen_at: number;
    acknowledged_at: number | null;
    resolved_at: number | null;
  };
  /** The timeline of an incident: only ever added to. */
  incident_entries: {
    id: Generated<number>;
    incident_id: string;
    at: number;
    kind: string;
    actor_kind: string;
    actor_id: string;
    text: string;
  };
  /** What was done in answer. state: 'done' | 'undoing' | 'undone'; `undo`: JSON, null where it cannot be undone */
  incident_acts: {
    id: string;
    incident_id: string;
    kind: string;
    title: string;
    state: string;
    undo: string | null;
    done_at: number;
    undoing_at: number | null;
    undone_at: number | null;
  };
}

/** Tables of the notification room. */
export interface NotificationTables {
  notifications: {
    id: string;
    workspace_id: string;
    severity: string;
    title: string;
    body: string;
    link: string | null;
    /** what it is about, such as `incident:inc_...` */
    about: string | null;
    dedup_key: string | null;
    created_at: number;
  };
  /** Whom a notification is shown to within the application. */
  notification_readers: {
    notification_id: string;
    person_id: string;
    workspace_id: string;
    created_at: number;
    read_at: number | null;
  };
  /** kind: 'email' | 'webhook'. `target`: JSON. `sealed`: the secret of a webhook; `sealed_before`: the one before, valid until `before_until` */
  notification_channels: {
    id: string;
    workspace_id: string;
    kind: string;
    name: string;
    is_enabled: number;
    least_severity: string;
    target: string;
    sealed: string | null;
    sealed_before: string | null;
    before_until: number | null;
    created_at: number;
    changed_at: number;
  };
  /** state: 'waiting' | 'sending' | 'delivered' | 'dead'. `recipient`: `person:ID`, `address:E-MAIL`, or `endpoint` */
  notification_deliveries: {
    id: string;
    workspace_id: string;
    notification_id: string;
    channel_id: string;
    recipient: string;
    state: string;
    attempts: number;
    due_at: number;
    lease_owner: string | null;
    lease_until: number | null;
    created_at: number;
    finished_at: number | null;
  };
  /** One row per attempt. outcome: 'delivered' | 'failed' | 'refused' (for good) */
  delivery_receipts: {
    id: Generated<number>;
    delivery_id: string;
    attempt: number;
    at: number;
    duration_ms: number;
    outcome: string;
    /** HTTP status, or null */
    status: number | null;
    reply: string;
  };
}
