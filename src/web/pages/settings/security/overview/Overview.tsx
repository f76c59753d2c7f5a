/** The checklist, worst first, and what was let in and turned away in the last 14 days. */
import { IconAlertTriangle, IconArrowRight, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatCount } from '../../../../../shared/format/number.ts';
import { DayBarsChart } from '../../../../charts/day-bars/DayBarsChart.tsx';
import { dayName } from '../../../../charts/day-bars/day-bars.ts';
import { securityQuery } from '../../../../data/admin/security.ts';
import type { Posture, SecurityAnswer, SecuritySearch } from '../../../../data/admin/security.ts';
import { DataTable } from '../../../../ui/DataTable.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { Skeleton } from '../../../../ui/Skeleton.tsx';
import { Asked } from '../../../Asked.tsx';
import classes from './Overview.module.css';
import { wayTo } from './posture-ways.ts';

/** The tab. */
export function Overview({ change }: { change: (part: SecuritySearch) => void }): ReactNode {
  const security = useQuery(securityQuery);
  return (
    <Asked query={security} skeleton={<LoadingOverview />}>
      {({ posture, days }) => (
        <>
          <Checklist posture={posture} change={change} />
          <Days days={days} />
        </>
      )}
    </Asked>
  );
}

const iconByState = { bad: IconCircleX, advice: IconAlertTriangle, good: IconCircleCheck } as const;
const wordByState = { bad: 'Mend this', advice: 'Could be better', good: 'Good' } as const;

function Checklist({ posture, change }: { posture: readonly Posture[]; change: (part: SecuritySearch) => void }): ReactNode {
  const count = (state: Posture['state']): number => posture.filter((item) => item.state === state).length;
  const [bad, advice, good] = [count('bad'), count('advice'), count('good')];
  const sum = [bad > 0 && `${bad} to mend`, advice > 0 && `${advice} could be better`, good > 0 && `${good} good`].filter(
    (part) => part !== false,
  );
  return (
    <Section title="Checklist" about={`${sum.join(', ')}.`} isFlush>
      <ul className={classes.list}>
        {posture.map((item) => (
          <PostureLine key={item.id} item={item} change={change} />
        ))}
      </ul>
    </Section>
  );
}

function PostureLine({ item, change }: { item: Posture; change: (part: SecuritySearch) => void }): ReactNode {
  const { id, title, state, finding, action } = item;
  const Icon = iconByState[state];
  const way = state === 'good' ? undefined : wayTo(id);
  return (
    <li className={classes.line} data-state={state}>
      <Icon className={classes.icon} size={20} stroke={1.5} aria-hidden="true" />
      <div className={classes.words}>
        <div className={classes.title}>
          {title} <span className={classes.state}>{wordByState[state]}</span>
        </div>
        <p className="bw-quiet">{finding}</p>
        {action !== null && <p>{action}</p>}
      </div>
      {way !== undefined && (
        <Link
          className={classes.way}
          to={way.to}
          search={way.search ?? {}}
          onClick={(click) => {
            if (way.to !== '/settings/security' || way.search?.['tab'] === undefined || click.ctrlKey || click.metaKey) return;
            click.preventDefault();
            change({ tab: way.search['tab'] as 'watch' });
          }}
        >
          {way.label}
          <IconArrowRight size={16} stroke={1.5} aria-hidden="true" />
        </Link>
      )}
    </li>
  );
}

const measures = [
  { key: 'signIns', title: 'Sign-ins', noun: 'sign-in', tone: 'plain' },
  { key: 'failedSignIns', title: 'Refused sign-ins', noun: 'refused sign-in', tone: 'bad' },
  { key: 'denials', title: 'Denials', noun: 'denial', tone: 'bad' },
  { key: 'exports', title: 'Exports', noun: 'export', tone: 'plain' },
  { key: 'questions', title: 'Questions', noun: 'question', tone: 'plain' },
] as const;

function Days({ days }: { days: SecurityAnswer['days'] }): ReactNode {
  return (
    <Section
      title="Let in, and turned away"
      about={`The last ${formatCount(days.length, 'day')}, in UTC. Each has its own scale, from zero.`}
    >
      <div className={classes.charts}>
        {measures.map(({ key, title, noun, tone }) => (
          <DayBarsChart key={key} title={title} noun={noun} tone={tone} days={days.map((day) => ({ day: day.day, count: day[key] }))} />
        ))}
      </div>
      <details className={classes.twin}>
        <summary>As a table</summary>
        <DataTable
          caption="What was let in and turned away, by day"
          columns={[{ label: 'Day', isNumber: false }, ...measures.map(({ title }) => ({ label: title, isNumber: true }))]}
          rows={days.toReversed().map((day) => [dayName(day.day), ...measures.map(({ key }) => String(day[key]))])}
        />
      </details>
    </Section>
  );
}

function LoadingOverview(): ReactNode {
  return (
    <div role="status" aria-label="Loading the checklist">
      <Section title="Checklist" about="&nbsp;" isFlush>
        <ul className={classes.list} aria-hidden="true">
          {Array.from({ length: 8 }, (_, at) => (
            <li key={at} className={classes.line}>
              <Skeleton width={20} height={20} />
              <div className={classes.words}>
                <Skeleton width={160} height={14} />
                <div style={{ height: 8 }} />
                <Skeleton width="60%" height={12} />
              </div>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
