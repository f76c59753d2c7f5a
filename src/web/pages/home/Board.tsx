/** The board that makes itself: numbers, the range at large, what happens most, what tells most, and what happens now. */
import { useMemo } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import type { Activity, Vitals } from '../../../shared/contract/live.ts';
import { fieldText } from '../../charts/cell-text.ts';
import type { RankingRow } from '../../charts/ranking/ranking.ts';
import type { CatalogAnswer } from '../../../shared/contract/catalog.ts';
import { eventCount } from '../../data/catalog.ts';
import type { Period } from '../../data/period.ts';
import { toQuery } from '../../data/question.ts';
import { Feed } from '../../panels/kinds/FeedPanel.tsx';
import { TopTrends } from '../../panels/kinds/TopTrends.tsx';
import { Panel } from '../../panels/Panel.tsx';
import { QuestionPanel } from '../../panels/QuestionPanel.tsx';
import { ExploreLink } from '../ExploreLink.tsx';
import classes from './Board.module.css';
import {
  beforeWords,
  eventsQuestion,
  groupQuestion,
  namesQuestion,
  numberQuestion,
  peopleQuestion,
  rangeWords,
  weekQuestion,
} from './home-questions.ts';
import { ActiveNowPanel, PerMinutePanel, RangeNumberPanel } from './NumberPanels.tsx';
import { proposeGroups, proposeNumbers } from './propose.ts';
import type { NumberProposal, Proposal } from './propose.ts';

interface BoardProps {
  catalog: CatalogAnswer;
  vitals: Vitals | null;
  activities: readonly Activity[];
  period: Period;
}

const chartHeightPx = 292;
const feedHeightPx = 300;
const groupPanels = 4;
const numberPanels = 2;
/** Below this many events the board takes what there is. */
const youngCount = 1_000;
/** Hours of a week only show a rhythm over several weeks. */
const weekPeriod = { range: '28d' } as const;

/** The board. */
export function Board({ catalog, vitals, activities, period }: BoardProps): ReactNode {
  const groups = useMemo(() => proposeGroups(catalog.properties, groupPanels, eventCount(catalog) < youngCount), [catalog]);
  const numbers = useMemo(() => proposeNumbers(catalog.properties, numberPanels), [catalog]);
  return (
    <div className={classes.board}>
      <div className={classes.numbers} style={{ '--count': 4 + numbers.length } as CSSProperties}>
        <PerMinutePanel vitals={vitals} />
        <ActiveNowPanel vitals={vitals} />
        <RangeNumberPanel title={isToday(period) ? 'Events today' : 'Events'} question={eventsQuestion} period={period} />
        <RangeNumberPanel title={isToday(period) ? 'People today' : 'People'} question={peopleQuestion} period={period} />
        {numbers.map((proposal) => (
          <PropertyNumber key={`${proposal.event} ${proposal.field}`} proposal={proposal} period={period} />
        ))}
      </div>
      <div className={classes.wide}>
        <EventsOverTime period={period} />
        <TopEvents period={period} />
      </div>
      <div className={classes.groups} style={{ '--count': Math.max(1, groups.length) } as CSSProperties}>
        {groups.map((group) => (
          <GroupPanel key={group.field} group={group} period={period} heightPx={groupHeightPx(groups)} />
        ))}
      </div>
      <div className={classes.wide}>
        <WeekPanel zone={period.zone} />
        <Panel
          title="Activity"
          about="As it arrives, newest first"
          state={
            activities.length === 0
              ? { is: 'empty', why: 'Nothing has arrived since the server started.' }
              : { is: 'data', isRefreshing: false, problem: null }
          }
          heightPx={feedHeightPx}
        >
          <Feed activities={activities.slice(0, 50)} zone={period.zone} />
        </Panel>
      </div>
    </div>
  );
}

function isToday({ range }: Period): boolean {
  return range === '1d';
}

function PropertyNumber({ proposal, period }: { proposal: NumberProposal; period: Period }): ReactNode {
  const name = fieldText(proposal.field);
  const title = proposal.aggregate === 'sum' ? `Sum of ${name}` : name;
  return (
    <RangeNumberPanel
      title={title}
      of={proposal.event === null ? '95th percentile' : `of ${proposal.event}`}
      question={numberQuestion(proposal)}
      period={period}
      unit={proposal.unit}
    />
  );
}

function EventsOverTime({ period }: { period: Period }): ReactNode {
  return (
    <QuestionPanel
      title={`Events ${rangeWords(period)}, over time`}
      about={`The thin grey line is ${beforeWords(period)}.`}
      query={toQuery(eventsQuestion, period)}
      kind="area"
      isAdditive
      isCount
      heightPx={chartHeightPx}
      emptyWhy="No events in this range. Choose a wider one at the top."
      titleLink={(words) => (
        <ExploreLink question={eventsQuestion} period={period}>
          {words}
        </ExploreLink>
      )}
    />
  );
}

function TopEvents({ period }: { period: Period }): ReactNode {
  return (
    <QuestionPanel
      title="Top events"
      about={`Against ${beforeWords(period)}`}
      query={toQuery(namesQuestion, period)}
      kind="line"
      isAdditive
      isCount
      heightPx={chartHeightPx}
      emptyWhy="No events in this range."
      titleLink={(words) => (
        <ExploreLink question={namesQuestion} period={period}>
          {words}
        </ExploreLink>
      )}
      draw={(result, nowMs) => (
        <TopTrends
          result={result}
          label="Top events"
          nowMs={nowMs}
          nameOf={(series) => (
            <ExploreLink
              question={{ ...eventsQuestion, filters: [{ field: 'name', operator: 'is', values: [series.label] }] }}
              period={period}
            >
              {series.label}
            </ExploreLink>
          )}
        />
      )}
    />
  );
}

const groupsListed = 7;
const groupRowPx = 28;

/** One height for the whole row: that of its longest list, the others included. */
function groupHeightPx(groups: readonly Proposal[]): number {
  const rows = groups.map(({ cardinality }) => Math.min(groupsListed + 1, cardinality));
  return Math.max(3, ...rows) * groupRowPx + 4;
}

function GroupPanel({ group, period, heightPx }: { group: Proposal; period: Period; heightPx: number }): ReactNode {
  const question = groupQuestion(group.field);
  const nameOf = (row: RankingRow): ReactNode => {
    const value = row.by?.[0];
    if (typeof value === 'object' && value !== null) return row.label;
    return (
      <ExploreLink
        question={{ ...eventsQuestion, filters: [{ field: group.field, operator: 'is', values: [value ?? null] }] }}
        period={period}
      >
        {row.label}
      </ExploreLink>
    );
  };
  return (
    <QuestionPanel
      title={`By ${fieldText(group.field)}`}
      about={group.why}
      query={{ ...toQuery(question, period), limit: groupsListed }}
      kind="ranking"
      isAdditive
      isCount
      heightPx={heightPx}
      emptyWhy="No events in this range."
      titleLink={(words) => (
        <ExploreLink question={question} period={period}>
          {words}
        </ExploreLink>
      )}
      nameOf={nameOf}
    />
  );
}

function WeekPanel({ zone }: { zone: string }): ReactNode {
  const period = { ...weekPeriod, zone };
  return (
    <QuestionPanel
      title="When it happens"
      about="Events by weekday and hour, last 4 weeks"
      query={toQuery(weekQuestion, period)}
      kind="heatmap"
      isAdditive
      isCount
      heightPx={feedHeightPx}
      emptyWhy="No events in the last 4 weeks."
      titleLink={(words) => (
        <ExploreLink question={weekQuestion} period={period}>
          {words}
        </ExploreLink>
      )}
    />
  );
}
