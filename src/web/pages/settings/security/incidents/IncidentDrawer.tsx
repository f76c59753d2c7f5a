/** The story of one incident at the side: why, what was done, what was said, and what one can do now. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { formatAgo, formatInstant } from '../../../../../shared/format/time.ts';
import { incidentQuery } from '../../../../data/admin/incidents.ts';
import type { IncidentStory } from '../../../../data/admin/incidents.ts';
import { useNow } from '../../../../data/clock.ts';
import { preferredZone } from '../../../../data/period.ts';
import { may } from '../../../../data/session.ts';
import { Badge } from '../../../../ui/page/Badge.tsx';
import { Dialog } from '../../../../ui/page/Dialog.tsx';
import { Skeleton } from '../../../../ui/Skeleton.tsx';
import { Asked } from '../../../Asked.tsx';
import { Fact, Facts } from '../../../events/detail/Facts.tsx';
import { entryWords, evidenceFacts, severityTones, stateTones, stateWords, whoDid } from './incident-words.ts';
import { ActList } from './ActList.tsx';
import classes from './Incident.module.css';
import { IncidentTools } from './IncidentTools.tsx';

/** What the drawer shows and does. */
export interface IncidentDrawerProps {
  id: string;
  session: Session;
  onClose: () => void;
}

/** The drawer. */
export function IncidentDrawer({ id, session, onClose }: IncidentDrawerProps): ReactNode {
  const story = useQuery(incidentQuery(id));
  return (
    <Dialog title={story.data?.incident.title ?? 'Incident'} place="side" onClose={onClose}>
      <Asked query={story} skeleton={<LoadingStory />}>
        {(data) => <Story story={data} session={session} />}
      </Asked>
    </Dialog>
  );
}

function Story({ story, session }: { story: IncidentStory; session: Session }): ReactNode {
  const canManage = may(session, 'incidents:manage');
  const { incident, acts, timeline } = story;
  return (
    <>
      <div className={classes.badges}>
        <Badge tone={stateTones[incident.state]}>{stateWords[incident.state]}</Badge>
        <Badge tone={severityTones[incident.severity]}>{incident.severity}</Badge>
        <Badge>{incident.kind}</Badge>
      </div>
      {canManage && <IncidentTools incident={incident} session={session} />}
      <StoryFacts incident={incident} />
      <ActList incidentId={incident.id} acts={acts} canManage={canManage} />
      <Timeline timeline={timeline} />
    </>
  );
}

function StoryFacts({ incident }: { incident: IncidentStory['incident'] }): ReactNode {
  const zone = preferredZone();
  const nowMs = useNow();
  const when = (at: string): ReactNode => (
    <>
      {formatInstant(at, zone)} <span className="bw-quiet">{formatAgo(at, nowMs)}</span>
    </>
  );
  return (
    <Facts>
      {incident.cause !== incident.title && <Fact name="Why">{incident.cause}</Fact>}
      {incident.subject !== null && (
        <Fact name="About">
          {incident.subject.kind} <code>{incident.subject.id}</code>
        </Fact>
      )}
      <Fact name="Opened">{when(incident.openedAt)}</Fact>
      <Fact name="Last seen">
        {when(incident.lastSeenAt)}
        {incident.symptoms > 1 && `, ${incident.symptoms} times in all`}
      </Fact>
      {evidenceFacts(incident.evidence).map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
      {incident.assignee !== null && <Fact name="Looked after by">{incident.assignee.name ?? 'somebody who left'}</Fact>}
    </Facts>
  );
}

function Timeline({ timeline }: { timeline: IncidentStory['timeline'] }): ReactNode {
  const zone = preferredZone();
  return (
    <section aria-label="Timeline">
      <h3 className={classes.heading}>Timeline</h3>
      <ol className={classes.timeline}>
        {timeline.map((entry, at) => (
          <li key={at} data-kind={entry.kind}>
            <div>
              <strong>{whoDid(entry.actor)}</strong> {entryWords[entry.kind]}{' '}
              <time className="bw-quiet bw-small" dateTime={entry.at}>
                {formatInstant(entry.at, zone)}
              </time>
            </div>
            {entry.text !== '' && <p className={classes.text}>{entry.text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function LoadingStory(): ReactNode {
  return (
    <div role="status" aria-label="Loading the incident">
      {[24, 36, 180, 120].map((height) => (
        <div key={height} style={{ marginBottom: 16 }}>
          <Skeleton height={height} />
        </div>
      ))}
    </div>
  );
}
