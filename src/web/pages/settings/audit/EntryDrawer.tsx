/** One entry of the audit log whole: its facts, what is personal in it, and the raw entry with its hash. */
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { formatBytes } from '../../../../shared/format/number.ts';
import { formatZone } from '../../../../shared/format/time.ts';
import type { AuditEntry, AuditSearch } from '../../../data/admin/audit.ts';
import { preferredZone } from '../../../data/period.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { fullClock } from '../../events/clock-text.ts';
import detail from '../../events/detail/Detail.module.css';
import { Drawer } from '../../events/detail/Drawer.tsx';
import { Fact, Facts } from '../../events/detail/Facts.tsx';
import { JsonView } from '../../events/detail/JsonView.tsx';
import classes from './Audit.module.css';
import { actorName, isErased } from './audit-words.ts';
import { useKeyNames } from './AuditFilters.tsx';
import { Outcome } from './EntryLine.tsx';

/** What the drawer shows and does. */
export interface EntryDrawerProps {
  entry: AuditEntry;
  session: Session;
  onClose: () => void;
  onFilter: (part: Partial<AuditSearch>) => void;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}

const personalNames: Readonly<Record<string, string>> = { name: 'Name', email: 'E-mail', address: 'Address', userAgent: 'Program' };

/** The drawer. */
export function EntryDrawer({ entry, session, onClose, onFilter, onPrevious, onNext }: EntryDrawerProps): ReactNode {
  const name = useKeyNames(session).get(entry.actor.id) ?? actorName(entry);
  const raw = JSON.stringify(entry, null, 2);
  return (
    <Drawer label={`Entry ${entry.seq}`} title={`${name} ${entry.sentence}`} onClose={onClose} onPrevious={onPrevious} onNext={onNext}>
      <p className={detail.ways}>
        <FilterButton onClick={() => onFilter({ action: entry.action })}>Only this action</FilterButton>
        <FilterButton onClick={() => onFilter({ actor: entry.actor.id })}>Only {name}</FilterButton>
        {entry.target !== null && <FilterButton onClick={() => onFilter({ target: entry.target?.id })}>Only this target</FilterButton>}
      </p>
      <EntryFacts entry={entry} name={name} />
      {isErased(entry) && (
        <Notice tone="info" title="Personal data was erased">
          The key to it is destroyed; nobody can read it any more, and the chain still verifies.
        </Notice>
      )}
      <div className={detail.section}>
        <h3>Raw entry</h3>
        <CopyButton text={raw} label="Copy" />
      </div>
      <JsonView text={raw} label="Raw entry" />
    </Drawer>
  );
}

function EntryFacts({ entry, name }: { entry: AuditEntry; name: string }): ReactNode {
  const zone = preferredZone();
  const fields = Object.assign({}, ...entry.personal.map((each) => each.fields ?? {})) as Record<string, string>;
  return (
    <Facts>
      <Fact name="Outcome">
        <Outcome outcome={entry.outcome} />
      </Fact>
      <Fact name="Time">
        {fullClock(entry.at, zone)} <span className="bw-quiet">{formatZone(zone, Date.parse(entry.at))}</span>
      </Fact>
      <Fact name="Who">
        {name}{' '}
        <span className="bw-quiet">
          {entry.actor.kind} <code>{entry.actor.id}</code>
        </span>
      </Fact>
      {Object.entries(fields)
        .filter(([field]) => field !== 'name')
        .map(([field, value]) => (
          <Fact key={field} name={personalNames[field] ?? field}>
            {value}
          </Fact>
        ))}
      {entry.target !== null && (
        <Fact name="Target">
          {entry.target.kind} <code>{entry.target.id}</code>
        </Fact>
      )}
      {Object.entries(entry.detail ?? {})
        .filter(([, value]) => value !== null)
        .map(([key, value]) => (
          <Fact key={key} name={key}>
            {typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : String(value)}
          </Fact>
        ))}
      {entry.detailCutFromBytes !== null && (
        <Fact name="Cut">The detail had {formatBytes(entry.detailCutFromBytes)}; this is its beginning.</Fact>
      )}
      <Fact name="Number">
        <span className="bw-tabular">{entry.seq}</span>
      </Fact>
      <Fact name="Hash">
        <code className={classes.hash}>{entry.hash}</code>
      </Fact>
    </Facts>
  );
}

function FilterButton({ onClick, children }: { onClick: () => void; children: ReactNode }): ReactNode {
  return (
    <button type="button" className={detail.filter} onClick={onClick}>
      {children}
    </button>
  );
}
