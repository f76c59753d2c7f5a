/** What narrows the audit log: text, action, who, outcome, time. All of it stands in the address. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import type { AuditEntry, AuditOutcome, AuditPage, AuditRange, AuditSearch } from '../../../data/admin/audit.ts';
import { outcomes } from '../../../data/admin/audit.ts';
import { keysQuery } from '../../../data/admin/keys.ts';
import { PickFilter } from '../../../ui/form/PickFilter.tsx';
import { SearchField } from '../../../ui/form/SearchField.tsx';
import type { Option } from '../../../ui/pick.ts';
import classes from './Audit.module.css';
import { actorName, outcomeWords } from './audit-words.ts';

const rangeWords: Readonly<Record<AuditRange, string>> = {
  '1h': 'last hour',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
  '90d': 'last 90 days',
};

/** What the filters take. */
export interface AuditFiltersProps {
  search: AuditSearch;
  session: Session;
  actions: AuditPage['actions'];
  entries: readonly AuditEntry[];
  change: (part: Partial<AuditSearch>, isStep?: boolean) => void;
}

/** Names of keys by id, as far as one may know them. */
export function useKeyNames(session: Session): ReadonlyMap<string, string> {
  const { data } = useQuery({ ...keysQuery, enabled: session.permissions.includes('keys:read') });
  return useMemo(() => new Map((data ?? []).map((key) => [key.id, key.name])), [data]);
}

/** Everybody who acted in the entries at hand, most often first. */
function actorOptions(entries: readonly AuditEntry[], keyNames: ReadonlyMap<string, string>): Option[] {
  const found = new Map<string, { label: string; count: number }>();
  for (const entry of entries) {
    const known = found.get(entry.actor.id);
    if (known === undefined) found.set(entry.actor.id, { label: keyNames.get(entry.actor.id) ?? actorName(entry), count: 1 });
    else known.count++;
  }
  return [...found]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([value, { label }]) => ({ value, label, ...(label === value ? {} : { hint: value }) }));
}

/** The filters. */
export function AuditFilters({ search, session, actions, entries, change }: AuditFiltersProps): ReactNode {
  const keyNames = useKeyNames(session);
  const searchText = useCallback((q: string) => change({ q: q === '' ? undefined : q }, false), [change]);
  const actors = useMemo(() => actorOptions(entries, keyNames), [entries, keyNames]);
  return (
    <div className={classes.filters} role="group" aria-label="Filters">
      <div className={classes.search}>
        <SearchField label="Search actions, ids and details" value={search.q ?? ''} onSearch={searchText} />
      </div>
      <PickFilter
        what="Action"
        value={search.action}
        options={actions.map(({ action, sentence }) => ({ value: action, label: sentence, hint: action }))}
        offer={(typed) => ({ value: typed, label: typed, hint: 'begins so' })}
        onPick={(action) => change({ action })}
      />
      <PickFilter
        what="Who"
        value={search.actor}
        options={actors}
        offer={(typed) => ({ value: typed, label: typed, hint: 'this id' })}
        onPick={(actor) => change({ actor })}
      />
      <PickFilter
        what="Outcome"
        value={search.outcome}
        options={outcomes.map((outcome) => ({ value: outcome, label: outcomeWords[outcome].toLowerCase() }))}
        onPick={(outcome) => change({ outcome: outcome as AuditOutcome | undefined })}
      />
      <PickFilter
        what="Time"
        value={search.last}
        options={Object.entries(rangeWords).map(([value, label]) => ({ value, label }))}
        onPick={(last) => change({ last: last as AuditRange | undefined })}
      />
      {search.target !== undefined && (
        <PickFilter
          what="Target"
          value={search.target}
          options={[]}
          offer={(typed) => ({ value: typed, label: typed, hint: 'this id' })}
          onPick={(target) => change({ target })}
        />
      )}
      {session.isOperator && session.seeingAs === null && (
        <PickFilter
          what="Log"
          value={search.log}
          shown={search.log === undefined ? 'this workspace' : 'the installation'}
          options={[{ value: 'installation', label: 'the installation', hint: 'what concerns all workspaces' }]}
          onPick={(log) => change({ log: log === undefined ? undefined : 'installation' })}
        />
      )}
    </div>
  );
}
