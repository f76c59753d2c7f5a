/** The entries of the audit log, newest first, under their days. */
import { Button } from '@mantine/core';
import { IconClipboardList } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { formatDay, formatInstant } from '../../../../shared/format/time.ts';
import { auditPages, isNarrowed } from '../../../data/admin/audit.ts';
import type { AuditEntry, AuditSearch } from '../../../data/admin/audit.ts';
import { preferredZone } from '../../../data/period.ts';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import { useRowKeys } from '../../events/use-row-keys.ts';
import classes from './Audit.module.css';
import { byDay } from './audit-words.ts';
import { AuditFilters, useKeyNames } from './AuditFilters.tsx';
import { EntryDrawer } from './EntryDrawer.tsx';
import { EntryLine } from './EntryLine.tsx';

/** What the list takes. */
export interface AuditListProps {
  search: AuditSearch;
  session: Session;
  change: (part: Partial<AuditSearch>, isStep?: boolean) => void;
}

/** The list under its filters. */
export function AuditList({ search, session, change }: AuditListProps): ReactNode {
  const pages = useInfiniteQuery(auditPages(search));
  const entries = useMemo(() => pages.data?.pages.flatMap((page) => page.entries) ?? [], [pages.data]);
  const ids = useMemo(() => entries.map((entry) => String(entry.seq)), [entries]);
  const open = useCallback((id: string) => change({ open: Number(id) }, search.open === undefined), [change, search.open]);
  const [selected] = useRowKeys({ ids, openId: search.open === undefined ? null : String(search.open), onOpen: open });
  const step = (by: number): (() => void) | undefined => {
    const at = ids.indexOf(String(search.open));
    const id = at < 0 ? undefined : ids[at + by];
    return id === undefined ? undefined : () => open(id);
  };
  const opened = entries.find((entry) => entry.seq === search.open);
  return (
    <section aria-label="Entries">
      <AuditFilters search={search} session={session} actions={pages.data?.pages[0]?.actions ?? []} entries={entries} change={change} />
      <div className={classes.frame} data-refreshing={pages.isPlaceholderData || undefined}>
        <Asked query={{ data: pages.data, error: pages.error, refetch: pages.refetch }} skeleton={<LoadingEntries />}>
          {() => (
            <Days
              entries={entries}
              selected={String(search.open ?? selected ?? '')}
              search={search}
              session={session}
              change={change}
              onOpen={open}
            />
          )}
        </Asked>
      </div>
      <Foot pages={pages} searchedTo={pages.data?.pages.at(-1)?.searchedTo ?? null} />
      {opened !== undefined && (
        <EntryDrawer
          entry={opened}
          session={session}
          onClose={() => change({ open: undefined })}
          onFilter={(part) => change({ ...part, open: undefined })}
          onPrevious={step(-1)}
          onNext={step(1)}
        />
      )}
    </section>
  );
}

interface DaysProps extends AuditListProps {
  entries: readonly AuditEntry[];
  selected: string;
  onOpen: (id: string) => void;
}

function Days({ entries, selected, search, session, change, onOpen }: DaysProps): ReactNode {
  const zone = preferredZone();
  const keyNames = useKeyNames(session);
  const [today] = useState(() => formatDay(Date.now(), zone));
  if (entries.length === 0) return <NoEntries search={search} change={change} />;
  const entryId = selected === '' ? String(entries[0]?.seq) : selected;
  return byDay(entries, (at) => formatDay(at, zone)).map((day) => (
    <section key={day.label} aria-label={day.label}>
      <h2 className={classes.day}>{day.label === today ? `Today, ${day.label}` : day.label}</h2>
      <ol className={classes.entries}>
        {day.entries.map((entry) => (
          <EntryLine
            key={entry.seq}
            entry={entry}
            keyName={keyNames.get(entry.actor.id)}
            clock={formatInstant(entry.at, zone).split(', ')[1] ?? ''}
            isSelected={String(entry.seq) === selected}
            isEntry={String(entry.seq) === entryId}
            onOpen={onOpen}
          />
        ))}
      </ol>
    </section>
  ));
}

function NoEntries({ search, change }: Pick<AuditListProps, 'search' | 'change'>): ReactNode {
  if (!isNarrowed(search))
    return (
      <EmptyState icon={IconClipboardList} title="Nothing has been recorded yet">
        The first sign-in, question or change stands here a moment after it happens.
      </EmptyState>
    );
  const all = { action: undefined, actor: undefined, target: undefined, outcome: undefined, last: undefined, q: undefined };
  return (
    <EmptyState
      icon={IconClipboardList}
      title="No entry matches"
      action={
        <Button variant="default" onClick={() => change(all)}>
          Show all entries
        </Button>
      }
    >
      The filters leave nothing over. Entries themselves are never deleted by a filter.
    </EmptyState>
  );
}

interface FootProps {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  searchedTo: string | null;
}

function Foot({ pages, searchedTo }: FootProps): ReactNode {
  if (!pages.hasNextPage) return null;
  return (
    <div className={classes.foot}>
      {searchedTo !== null && (
        <span className="bw-quiet">
          Nothing more was found back to {formatInstant(searchedTo, preferredZone())}; there is more before it.
        </span>
      )}
      <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {searchedTo === null ? 'Show older entries' : 'Search further back'}
      </Button>
    </div>
  );
}

function LoadingEntries(): ReactNode {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the entries">
      {Array.from({ length: 12 }, (_, at) => (
        <div key={at} className={classes.bone}>
          <Skeleton width={64} height={14} />
          <Skeleton width={`${[52, 38, 61, 44][at % 4]}%`} height={14} />
        </div>
      ))}
    </div>
  );
}
