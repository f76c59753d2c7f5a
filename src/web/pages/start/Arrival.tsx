/** Tells within a moment that an event has arrived, shows it, and says where to go from there. */
import { Button } from '@mantine/core';
import { IconArrowRight, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Activity } from '../../../shared/contract/live.ts';
import { formatCount } from '../../../shared/format/number.ts';
import { formatAgo } from '../../../shared/format/time.ts';
import { catalogQuery, eventCount } from '../../data/catalog.ts';
import { useNow } from '../../data/clock.ts';
import { useConnectionState, useLive } from '../../data/live/LiveProvider.tsx';
import { actorOf, propertiesLine } from '../../panels/kinds/FeedPanel.tsx';
import { BellMark } from '../../ui/BellMark.tsx';
import classes from './Arrival.module.css';

const shown = 4;

/** What came since the page was opened: the number of the newest activity then, or null before the first answer. */
function useBaseline(newest: number | null): number | null {
  const [baseline, setBaseline] = useState<number | null>(newest);
  if (baseline === null && newest !== null) setBaseline(newest);
  return baseline;
}

/** The panel: waiting, or the events that came. */
export function Arrival(): ReactNode {
  const { activities, seq } = useLive({ channel: 'activity' }).topic;
  const { link } = useConnectionState();
  const newest = seq === null ? null : (activities[0]?.n ?? 0);
  const baseline = useBaseline(newest);
  const since = baseline === null || newest === null ? 0 : Math.max(0, baseline === 0 ? activities.length : newest - baseline);
  const latest = activities.slice(0, shown);
  if (latest.length === 0) return <Waiting isOffline={link === 'offline'} />;
  return (
    <section className={classes.arrival} data-tone={since > 0 ? 'arrived' : 'before'} aria-label="Arriving events">
      <div className={classes.head} role="status">
        <IconCircleCheck size={22} stroke={1.5} aria-hidden="true" className={classes.icon} />
        <div className={classes.words}>
          <h2>{since > 0 ? 'Your event has arrived' : 'Events are arriving here'}</h2>
          <p className="bw-quiet">
            {since > 0 ? `${formatCount(since, 'event')} since you opened this page.` : 'Send another one and watch it come in.'}
          </p>
        </div>
        <Button
          renderRoot={(props) => <Link to="/" {...props} />}
          rightSection={<IconArrowRight size={16} stroke={1.5} aria-hidden="true" />}
        >
          See it on Home
        </Button>
      </div>
      <Arrived activities={latest} newSince={baseline ?? 0} />
    </section>
  );
}

function Waiting({ isOffline }: { isOffline: boolean }): ReactNode {
  const { data } = useQuery(catalogQuery);
  const known = data === undefined ? 0 : eventCount(data);
  const title = known > 0 ? 'Listening for the next event' : 'Waiting for your first event';
  const words = `${known > 0 ? `This workspace holds ${formatCount(known, 'event')}. The next one` : 'It'} shows up here within a second of being sent.`;
  return (
    <section className={classes.arrival} data-tone="waiting" aria-label="Arriving events">
      <div className={classes.head} role="status">
        <span className={classes.bell}>
          <BellMark sizePx={24} />
        </span>
        <div className={classes.words}>
          <h2>{isOffline ? 'The server cannot be reached' : title}</h2>
          <p className="bw-quiet">
            {isOffline ? 'This page goes on listening as soon as the server answers. What it has accepted is safe.' : words}
          </p>
        </div>
      </div>
    </section>
  );
}

function Arrived({ activities, newSince }: { activities: readonly Activity[]; newSince: number }): ReactNode {
  const nowMs = useNow();
  return (
    <ol className={classes.events} aria-label="Latest events, newest first">
      {activities.map((activity) => (
        <li key={activity.n} className={classes.event} data-new={activity.n > newSince || undefined}>
          <strong className="bw-clip" dir="auto">
            {activity.name}
          </strong>
          <span className="bw-clip bw-quiet" dir="auto">
            {actorOf(activity)}
          </span>
          <span className={`${classes.properties} bw-clip bw-quiet`} dir="auto">
            {propertiesLine(activity.properties)}
          </span>
          <time className="bw-quiet bw-small bw-tabular" dateTime={activity.time}>
            {formatAgo(activity.time, nowMs)}
          </time>
        </li>
      ))}
    </ol>
  );
}
