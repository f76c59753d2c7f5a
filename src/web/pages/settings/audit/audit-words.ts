/** Entries of the audit log as people read them: who, what, from where, and on which day. */
import type { AuditEntry, AuditOutcome } from '../../../data/admin/audit.ts';

const kinds: Readonly<Record<string, string>> = {
  person: 'Somebody who was erased',
  'api-key': 'An API key',
  'write-key': 'A write key',
  token: 'A personal token',
  embed: 'An embed token',
  outside: 'A user of another application',
  'local-owner': 'The command line',
  system: 'Bellwether',
  anonymous: 'Somebody unknown',
};

/** Who acted, by name where it is known. */
export function actorName({ actor, personal }: AuditEntry): string {
  if (actor.name !== null && actor.name !== '') return actor.name;
  const fields = personal.find((each) => each.personId === actor.id)?.fields;
  const known = fields?.['name'] ?? fields?.['email'];
  if (known !== undefined && known !== '') return known;
  return kinds[actor.kind] ?? actor.kind;
}

/** Whether the entry tells of a person whose data was erased. */
export function isErased({ personal }: AuditEntry): boolean {
  return personal.some((each) => each.fields === null);
}

/** The address that the call came from; '' where it is not known. */
export function addressOf({ personal }: AuditEntry): string {
  return personal.map((each) => each.fields?.['address']).find((address) => address !== undefined) ?? '';
}

/** What was acted upon, in a word or two; '' where nothing was. */
export function targetWords({ target }: AuditEntry): string {
  return target === null ? '' : `${target.kind} ${target.id}`;
}

/** One or two facts of the detail that say most: the policy, the rows, or why it was refused. */
export function gist({ detail, outcome }: AuditEntry): string {
  if (detail === null) return '';
  const facts: string[] = [];
  const text = (name: string): string | null => (typeof detail[name] === 'string' && detail[name] !== '' ? (detail[name] as string) : null);
  const why = outcome === 'done' ? null : (text('why') ?? text('reason') ?? text('code'));
  if (why !== null) facts.push(why);
  const asked = questionWords(detail);
  if (asked !== '') facts.push(asked);
  if (typeof detail['rows'] === 'number') facts.push(`${detail['rows'].toLocaleString('en-US')} ${detail['rows'] === 1 ? 'row' : 'rows'}`);
  const policy = text('policy');
  if (policy !== null) facts.push(`as ${policy}`);
  const method = text('method');
  if (method !== null) facts.push(`by ${method}`);
  return facts.slice(0, 3).join(' · ');
}

/** The outline of a question: "trend of count by country"; '' where there was none. */
function questionWords({ kind, channel, metrics, by }: Readonly<Record<string, unknown>>): string {
  if (typeof channel === 'string') return channel;
  if (typeof kind !== 'string') return '';
  const list = (value: unknown): string =>
    Array.isArray(value) ? value.map((each) => String(each).replace(/\bproperties\./g, '')).join(', ') : '';
  return [kind, list(metrics) === '' ? '' : `of ${list(metrics)}`, list(by) === '' ? '' : `by ${list(by)}`]
    .filter((word) => word !== '')
    .join(' ');
}

/** How something ended, in a word. */
export const outcomeWords: Readonly<Record<AuditOutcome, string>> = { done: 'Done', denied: 'Denied', failed: 'Failed' };

/** A day with its entries. */
export interface AuditDay {
  label: string;
  entries: AuditEntry[];
}

/** Entries by the day that `dayOf` gives each, in their order. */
export function byDay(entries: readonly AuditEntry[], dayOf: (at: string) => string): AuditDay[] {
  const days: AuditDay[] = [];
  for (const entry of entries) {
    const label = dayOf(entry.at);
    const last = days.at(-1);
    if (last?.label === label) last.entries.push(entry);
    else days.push({ label, entries: [entry] });
  }
  return days;
}

/** What a finding is, in a word that needs no knowledge of chains. */
export const findingWords: Readonly<Record<string, string>> = {
  changed: 'Changed',
  removed: 'Removed',
  inserted: 'Put in',
  reordered: 'Out of order',
  rewritten: 'Rewritten',
  forged: 'Not signed by us',
  truncated: 'Cut off',
  unsound: 'Cannot be read',
};

/** Where a finding is: "entries 12 to 14". */
export function findingPlace({ of, from, to }: { of: 'entry' | 'head' | 'chain'; from: number; to: number }): string {
  if (of === 'chain') return 'the record of the log itself';
  const [one, many] = of === 'entry' ? ['entry', 'entries'] : ['signed head', 'signed heads'];
  return from === to ? `${one} ${from}` : `${many} ${from} to ${to}`;
}
