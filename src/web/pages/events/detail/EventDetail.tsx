/** One stored event whole: its times, whom it is about, where it came from, its properties, and all of it as JSON. */
import type { ReactNode } from 'react';
import type { StoredEvent } from '../../../../shared/contract/events.ts';
import { formatDuration } from '../../../../shared/format/number.ts';
import { formatZone } from '../../../../shared/format/time.ts';
import type { EventsSearch } from '../../../data/events-search.ts';
import { firstQuestion } from '../../../data/question.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { ExploreLink } from '../../ExploreLink.tsx';
import { fullClock } from '../clock-text.ts';
import classes from './Detail.module.css';
import { Fact, Facts } from './Facts.tsx';
import { JsonView } from './JsonView.tsx';

/** What the detail needs. */
export interface EventDetailProps {
  event: StoredEvent;
  zone: string;
  /** looks for other events like this one */
  onFilter: (part: Partial<EventsSearch>) => void;
}

function delayText(event: StoredEvent): string {
  const delayMs = Date.parse(event.received) - Date.parse(event.time);
  if (delayMs === 0) return 'at the same moment';
  return delayMs > 0 ? `${formatDuration(delayMs)} after it happened` : `${formatDuration(-delayMs)} before its own time`;
}

/** The event. */
export function EventDetail({ event, zone, onFilter }: EventDetailProps): ReactNode {
  const whole = JSON.stringify(event, null, 2);
  return (
    <>
      <p className={classes.ways}>
        <FilterButton onClick={() => onFilter({ name: event.name })}>Only {event.name}</FilterButton>
        <ExploreLink
          question={{ ...firstQuestion, filters: [{ field: 'name', operator: 'is', values: [event.name] }] }}
          period={{ range: '30d', zone }}
        >
          Explore it
        </ExploreLink>
      </p>
      <Facts>
        <Fact name="Time">
          {fullClock(event.time, zone)} <span className="bw-quiet">{formatZone(zone, Date.parse(event.time))}</span>
        </Fact>
        <Fact name="Time, UTC">
          <code>{event.time}</code>
        </Fact>
        <Fact name="Received">
          {fullClock(event.received, zone)} <span className="bw-quiet">{delayText(event)}</span>
        </Fact>
        <Fact name="User">
          {event.user !== '' && <FilterButton onClick={() => onFilter({ user: event.user })}>{event.user}</FilterButton>}
        </Fact>
        <Fact name="Anonymous id">
          {event.anonymous !== '' && <FilterButton onClick={() => onFilter({ user: event.anonymous })}>{event.anonymous}</FilterButton>}
        </Fact>
        <Fact name="Session">{event.session}</Fact>
        <Fact name="Event id">{event.id !== '' && <code>{event.id}</code>}</Fact>
        <Fact name="Source">
          <FilterButton onClick={() => onFilter({ source: event.source })}>{event.source}</FilterButton>
        </Fact>
        {event.importId !== '' && <Fact name="Import">{event.importId}</Fact>}
      </Facts>
      <Properties properties={event.properties} />
      <div className={classes.section}>
        <h3>JSON</h3>
        <CopyButton text={whole} label="Copy JSON" />
      </div>
      <JsonView text={whole} label="The event as JSON" />
    </>
  );
}

function FilterButton({ onClick, children }: { onClick: () => void; children: ReactNode }): ReactNode {
  return (
    <button type="button" className={classes.filter} onClick={onClick} title="Show events like this" dir="auto">
      {children}
    </button>
  );
}

function Properties({ properties }: { properties: StoredEvent['properties'] }): ReactNode {
  const entries = Object.entries(properties);
  return (
    <>
      <div className={classes.section}>
        <h3>Properties</h3>
        <span className="bw-quiet bw-small">{entries.length === 0 ? 'none' : entries.length}</span>
      </div>
      {entries.length > 0 && (
        <dl className={classes.facts}>
          {entries.map(([name, value]) => (
            <div key={name} className={classes.fact}>
              <dt dir="auto">{name}</dt>
              <dd dir="auto" className={typeof value === 'number' ? 'bw-tabular' : undefined}>
                {typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : String(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
