/** What is written into the audit log, made strict: clean texts, bounded sizes, personal data apart from the rest. */

/** How something ended. `denied`: for want of credentials or permission. */
export type AuditOutcome = 'done' | 'denied' | 'failed';

/** Who acted or what was acted upon: kind and id, never a name. */
export interface AuditSubject {
  kind: string;
  id: string;
}

/** Personal data of one person. It is encrypted under a key of that person, and gone once the key is destroyed. */
export interface AuditPersonal {
  /** of a person; {@link AuditLog.strangerId} for somebody without an account */
  personId: string;
  /** such as name, email, address, userAgent */
  fields: Readonly<Record<string, string>>;
}

/** Something that happened. */
export interface AuditEntry {
  /** '' is the installation */
  workspaceId: string;
  /** an operation of the contract, or a name of `auditActions` */
  action: string;
  outcome: AuditOutcome;
  actor: AuditSubject;
  target?: AuditSubject | null;
  /** no personal data: it can never be deleted */
  detail?: Readonly<Record<string, unknown>>;
  personal?: readonly AuditPersonal[];
}

/** An entry that is durable. */
export interface RecordedEntry extends AuditEntry {
  seq: number;
  atMs: number;
  hash: string;
}

/** What an entry may hold. */
export const auditLimits = {
  nameCharacters: 100,
  idCharacters: 300,
  detailBytes: 8_192,
  people: 20,
  personalFields: 20,
  personalCharacters: 500,
} as const;

/** Which details are kept of one that is too large. */
const cutLimits = { textCharacters: 300, items: 20, levels: 5, startCharacters: 1_500 };

/** An entry as it can be written: every text is clean and short enough. */
export interface Draft {
  workspaceId: string;
  atMs: number;
  action: string;
  outcome: AuditOutcome;
  actor: AuditSubject;
  target: AuditSubject | null;
  /** JSON; '' for none */
  detail: string;
  /** bytes of the detail before it was cut; 0: it is whole */
  cutBytes: number;
  personal: readonly AuditPersonal[];
}

/** `entry` as it can be written, at `atMs`. */
export function draftOf(entry: AuditEntry, atMs: number): Draft {
  const target = entry.target ?? null;
  return {
    workspaceId: cleanText(entry.workspaceId, auditLimits.idCharacters),
    atMs,
    action: cleanText(entry.action, auditLimits.nameCharacters),
    outcome: entry.outcome,
    actor: cleanSubject(entry.actor),
    target: target === null ? null : cleanSubject(target),
    ...cleanDetail(entry.detail),
    personal: (entry.personal ?? []).slice(0, auditLimits.people).map(cleanPersonal),
  };
}

/** Control characters, line separators, and what turns the direction of a text around. */
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** `text` on one line, without characters that nobody sees, of at most `mostCharacters`. */
export function cleanText(text: string, mostCharacters: number): string {
  const short = text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 3)}...`;
  return short.replace(hidden, ' ').toWellFormed();
}

function cleanSubject({ kind, id }: AuditSubject): AuditSubject {
  return { kind: cleanText(kind, auditLimits.nameCharacters), id: cleanText(id, auditLimits.idCharacters) };
}

function cleanPersonal({ personId, fields }: AuditPersonal): AuditPersonal {
  const kept = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .slice(0, auditLimits.personalFields)
    .map(([name, value]) => [cleanText(name, auditLimits.nameCharacters), cleanText(value, auditLimits.personalCharacters)]);
  return { personId: cleanText(personId, auditLimits.idCharacters), fields: Object.fromEntries(kept) as Record<string, string> };
}

function cleanDetail(detail: AuditEntry['detail']): Pick<Draft, 'detail' | 'cutBytes'> {
  const whole = detail === undefined || Object.keys(detail).length === 0 ? '' : jsonOf(detail);
  const sizeBytes = Buffer.byteLength(whole);
  if (sizeBytes <= auditLimits.detailBytes) return { detail: whole, cutBytes: 0 };
  const shorter = jsonOf(shortened(JSON.parse(whole), cutLimits.levels));
  if (Buffer.byteLength(shorter) <= auditLimits.detailBytes) return { detail: shorter, cutBytes: sizeBytes };
  return { detail: jsonOf({ start: whole.slice(0, cutLimits.startCharacters) }), cutBytes: sizeBytes };
}

/** JSON as PostgreSQL's text can hold it: control characters and lone surrogates are escaped. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
}

function shortened(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return cleanText(value, cutLimits.textCharacters);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '...';
  if (Array.isArray(value)) return value.slice(0, cutLimits.items).map((item) => shortened(item, levels - 1));
  const entries = Object.entries(value).slice(0, cutLimits.items);
  return Object.fromEntries(entries.map(([key, item]) => [cleanText(key, auditLimits.nameCharacters), shortened(item, levels - 1)]));
}
