/** The activity feed: what happens, as it happens, newest first. */
import type { ReactNode } from 'react';
import type { Activity } from '../../../shared/contract/live.ts';
import { formatAgo, formatInstant } from '../../../shared/format/time.ts';
import { rememberedColors } from '../../charts/series-color.ts';
import { colorIn } from '../../charts/trend/trend-option.ts';
import { usePalette } from '../../charts/use-palette.ts';
import { useNow } from '../../data/clock.ts';
import classes from './FeedPanel.module.css';

interface FeedProps {
  activities: readonly Activity[];
  zone: string;
  /** given, each line can be opened */
  onOpen?: (activity: Activity) => void;
}

/** The first few properties as one line: `plan pro · amount 42`. */
export function propertiesLine(properties: Activity['properties']): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name} ${value ?? '–'}`)
    .join(' · ');
}

/** Whom a line is about: the user, else the anonymous id, shortened. */
export function actorOf({ user, anonymous }: Pick<Activity, 'user' | 'anonymous'>): string {
  return user !== '' ? user : anonymous !== '' ? `anonymous ${anonymous.slice(0, 8)}` : 'nobody';
}

/** The feed. */
export function Feed({ activities, zone, onOpen }: FeedProps): ReactNode {
  const nowMs = useNow();
  const palette = usePalette();
  const names = [...new Set(activities.map((activity) => activity.name))];
  const colors = new Map(rememberedColors('name', names).map((color, at) => [names[at], color]));
  return (
    <ol className={classes.feed} tabIndex={0} aria-label="Activity, newest first">
      {activities.map((activity) => (
        <li key={activity.n} className={classes.line}>
          <span
            className={classes.dot}
            style={{ background: colorIn(palette, colors.get(activity.name) ?? 'others') }}
            aria-hidden="true"
          />
          <div className={classes.body}>
            <div className={classes.first}>
              {onOpen === undefined ? (
                <span className={`${classes.name} bw-clip`} dir="auto">
                  {activity.name}
                </span>
              ) : (
                <button type="button" className={`${classes.name} bw-clip`} dir="auto" onClick={() => onOpen(activity)}>
                  {activity.name}
                </button>
              )}
              <span className={`${classes.actor} bw-clip`} dir="auto">
                {actorOf(activity)}
              </span>
              <time className={`${classes.ago} bw-tabular`} dateTime={activity.time} title={formatInstant(activity.time, zone)}>
                {formatAgo(activity.time, nowMs)}
              </time>
            </div>
            <div className={`${classes.properties} bw-clip`} dir="auto">
              {propertiesLine(activity.properties)}
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}
