/** Incidents as people read them. */
import type { IncidentStory } from '../../../../data/admin/incidents.ts';
import type { Severity } from '../../../../../shared/model/severity.ts';
import type { BadgeTone } from '../../../../ui/page/Badge.tsx';

/** A state in a word. */
export const stateWords = { open: 'Open', acknowledged: 'Acknowledged', resolved: 'Resolved' } as const;

/** How a state looks. */
export const stateTones: Readonly<Record<keyof typeof stateWords, BadgeTone>> = { open: 'bad', acknowledged: 'warning', resolved: 'good' };

/** How a severity looks. */
export const severityTones: Readonly<Record<Severity, BadgeTone>> = { low: 'neutral', medium: 'warning', high: 'bad', critical: 'bad' };

/** What a line of the timeline says before its text. */
export const entryWords: Readonly<Record<IncidentStory['timeline'][number]['kind'], string>> = {
  opened: 'opened the incident',
  escalated: 'raised the severity',
  acknowledged: 'acknowledged it',
  assigned: 'assigned it',
  note: 'noted',
  act: 'acted',
  'act-undone': 'took an act back',
  'undo-failed': 'could not take an act back',
  resolved: 'resolved it',
  reopened: 'opened it again',
};

/** Who did it: a name, or what kind of thing it was. */
export function whoDid({ kind, id, name }: { kind: string; id: string; name: string | null }): string {
  if (name !== null && name !== '') return name;
  if (kind === 'system') return id === 'watch' || id === '' ? 'The watch' : id.charAt(0).toUpperCase() + id.slice(1);
  if (kind === 'local-owner') return 'The command line';
  if (kind === 'api-key') return `API key ${id}`;
  return 'Somebody who left';
}

/** Evidence as names and values; what is no object is one value. */
export function evidenceFacts(evidence: unknown): [name: string, value: string][] {
  if (evidence === null || evidence === undefined) return [];
  if (typeof evidence !== 'object') return [['evidence', String(evidence)]];
  return Object.entries(evidence)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [
      key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase(),
      typeof value === 'object' ? JSON.stringify(value) : typeof value === 'number' ? value.toLocaleString('en-US') : String(value),
    ]);
}
