/** The board that makes itself: numbers, the range at large, what happens most, what tells most, and what happens now. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Activity, Vitals } from '../../../shared/contract/live.ts';
import { fieldText } from '../../charts/cell-text.ts';
import type { RankingRow } from '../../charts/ranking/ranking.ts';
import type { CatalogAnswer } from '../../../shared/contract/catalog.ts';
import type { Period } from '../../data/period.ts';
import { toQuery } from '../../data/question.ts';
import { Feed } from '../../panels/kinds/FeedPanel.tsx';
import { TopTrends } from '../../panels/kinds/TopTrends.tsx';
import { Panel } from '../../panels/Panel.tsx';
import { QuestionPanel } from '../../panels/QuestionPanel.tsx';
import { ExploreTool, ExploreWord } from '../ExploreLink.tsx';
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

const chartHeightPx = 272;
const feedHeightPx = 300;
const groupPanels = 4;
const numberPanels = 2;
/** Hours of a week only show a rhythm over several weeks. */
const weekPeriod = { range: '28d' } as const;

/** The board. */
export function Board({ catalog, vitals, activities, period }: BoardProps): ReactNode {
  const groups = useMemo(() => proposeGroups(catalog.properties, groupPanels), [catalog]);
  const numbers = useMemo(() => proposeNumbers(catalog.properties, numberPanels), [catalog]);
  return (
    <div className={classes.board}>
      <div className={classes.numbers}>
        <PerMinutePanel vitals={vitals} />
        <ActiveNowPanel vitals={vitals} />
        <RangeNumberPanel title={`Events ${rangeWords(period)}`} question={eventsQuestion} period={period} />
        <RangeNumberPanel title={`People ${rangeWords(period)}`} question={peopleQuestion} period={period} />
        {numbers.map((proposal) => (
          <PropertyNumber key={`${proposal.event} ${proposal.field}`} proposal={proposal} period={period} />
        ))}
      </div>
      <div className={classes.wide}>
        <EventsOverTime period={period} />
        <TopEvents period={period} />
      </div>
      <div className={classes.groups}>
        {groups.map((group) => (
          <GroupPanel key={group.field} group={group} period={period} />
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

function PropertyNumber({ proposal, period }: { proposal: NumberProposal; period: Period }): ReactNode {
  const name = fieldText(proposal.field);
  const title = proposal.aggregate === 'sum' ? `Sum of ${name}` : `${name}, 95th percentile`;
  return (
    <RangeNumberPanel
      title={title}
      about={proposal.event === null ? proposal.why : `of ${proposal.event}`}
      question={numberQuestion(proposal)}
      period={period}
      unit={proposal.unit}
    />
  );
}

function EventsOverTime({ period }: { period: Period }): ReactNode {
  const title = `Events ${rangeWords(period)}`;
  return (
    <QuestionPanel
      title={`${title}, over time`}
      about={`The thin grey line is ${beforeWords(period)}.`}
      query={toQuery(eventsQuestion, period)}
      kind="area"
      isAdditive
      isCount
      heightPx={chartHeightPx}
      emptyWhy="No events in this range. Choose a wider one at the top."
      tools={<ExploreTool title={title} question={eventsQuestion} period={period} />}
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
      tools={<ExploreTool title="Top events" question={namesQuestion} period={period} />}
      draw={(result, nowMs) => (
        <TopTrends
          result={result}
          label="Top events"
          nowMs={nowMs}
          nameOf={(series) => (
            <ExploreWord
              question={{ ...eventsQuestion, filters: [{ field: 'name', operator: 'is', values: [series.label] }] }}
              period={period}
            >
              {series.label}
            </ExploreWord>
          )}
        />
      )}
    />
  );
}

function GroupPanel({ group, period }: { group: Proposal; period: Period }): ReactNode {
  const question = groupQuestion(group.field);
  const nameOf = (row: RankingRow): ReactNode => {
    const value = row.by?.[0];
    if (typeof value === 'object' && value !== null) return row.label;
    return (
      <ExploreWord
        question={{ ...eventsQuestion, filters: [{ field: group.field, operator: 'is', values: [value ?? null] }] }}
        period={period}
      >
        {row.label}
      </ExploreWord>
    );
  };
  return (
    <QuestionPanel
      title={`By ${fieldText(group.field)}`}
      about={group.why}
      query={{ ...toQuery(question, period), limit: 7 }}
      kind="ranking"
      isAdditive
      isCount
      heightPx={228}
      emptyWhy="No events in this range."
      tools={<ExploreTool title={`By ${fieldText(group.field)}`} question={question} period={period} />}
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
      tools={<ExploreTool title="When it happens" question={weekQuestion} period={period} />}
    />
  );
}
