/** Entries and heads as lines for a SIEM: JSON, or the Common Event Format. */
import type { AuditEntryAnswer, HeadDocument } from '../../../shared/contract/audit.ts';
import type { AuditOutcome } from '../entry.ts';

/** An entry with the workspace that it is of; `personal` is left out where personal data stays here. */
export type StreamedEntry = Omit<AuditEntryAnswer, 'personal'> & {
  workspace: string;
  personal?: AuditEntryAnswer['personal'];
};

/** Makes lines, each with its line feed. */
export interface StreamLines {
  entry(entry: StreamedEntry): string;
  head(head: HeadDocument): string;
}

/** JSON lines. `type` tells entries from heads. */
export const jsonLines: StreamLines = {
  entry: (entry) => `${JSON.stringify({ type: 'entry', ...entry })}\n`,
  head: (head) => `${JSON.stringify({ type: 'head', ...head })}\n`,
};

/** CEF severities, 0 to 10. */
const severityByOutcome: Readonly<Record<AuditOutcome, number>> = { done: 3, failed: 4, denied: 6 };
const headSeverity = { sound: 1, unsound: 10 };

/** CEF:0 lines of this `version` of the product. */
export function cefLines(version: string): StreamLines {
  const line = (id: string, name: string, severity: number, extension: [string, string | number][]): string => {
    const header = ['Bellwether', 'Bellwether', version, id, name, String(severity)].map(cefHeader).join('|');
    const fields = extension.filter(([, value]) => value !== '').map(([key, value]) => `${key}=${cefValue(String(value))}`);
    return `CEF:0|${header}|${fields.join(' ')}\n`;
  };
  return {
    entry: (entry) => line(entry.action, entry.sentence, severityByOutcome[entry.outcome], entryFields(entry)),
    head: (head) =>
      line('auditHead', 'sealed the audit log', head.intact ? headSeverity.sound : headSeverity.unsound, [
        ['rt', Date.parse(head.at)],
        ...labelled('cs1', 'workspace', head.workspace),
        ...labelled('cs2', 'hash', head.hash),
        ...labelled('cs3', 'digest', head.digest),
        ...labelled('cs4', 'signature', head.signature),
        ...labelled('cs5', 'previous', head.previous),
        ...labelled('cs6', 'keyId', head.keyId),
        ...labelled('cn1', 'seq', head.seq),
        ...labelled('cn2', 'head', head.head),
        ...labelled('cn3', 'intact', head.intact ? 1 : 0),
      ]),
  };
}

function entryFields(entry: StreamedEntry): [string, string | number][] {
  const { actor, target, detail, personal = [] } = entry;
  const person = personal.find(({ fields }) => fields !== null)?.fields ?? {};
  const address = person.address ?? '';
  return [
    ['rt', Date.parse(entry.at)],
    ['outcome', entry.outcome],
    ['suid', actor.id],
    ['suser', person.email ?? person.name ?? ''],
    address.includes(':') ? ['c6a2', address] : ['src', address],
    ...(address.includes(':') ? ([['c6a2Label', 'Source IPv6 Address']] as [string, string][]) : []),
    ['requestClientApplication', person.userAgent ?? ''],
    ...labelled('cs1', 'workspace', entry.workspace),
    ...labelled('cs2', 'actorKind', actor.kind),
    ...labelled('cs3', 'targetKind', target?.kind ?? ''),
    ...labelled('cs4', 'target', target?.id ?? ''),
    ...labelled('cs5', 'hash', entry.hash),
    ...labelled('cn1', 'seq', entry.seq),
    ['msg', detail === null ? '' : JSON.stringify(detail)],
  ];
}

function labelled(key: string, label: string, value: string | number): [string, string | number][] {
  if (value === '') return [];
  return [
    [`${key}Label`, label],
    [key, value],
  ];
}

/** Of a header field a backslash and a pipe are escaped; it cannot hold line breaks. */
function cefHeader(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|]/g, '\\$&');
}

/** Of a value a backslash, an equals sign and line breaks are escaped; pipes are not. */
function cefValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}
