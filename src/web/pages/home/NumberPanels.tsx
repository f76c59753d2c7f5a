/** The numbers at the top of Home: what happens this minute, and how the range stands against the one before. */
import type { ReactNode } from 'react';
import type { Vitals } from '../../../shared/contract/live.ts';
import { formatChange, formatCount, formatNumber, formatShare } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { rememberedColors } from '../../charts/series-color.ts';
import { soFar } from '../../charts/so-far.ts';
import { prepareTrend } from '../../charts/trend/trend.ts';
import type { Period } from '../../data/period.ts';
import { isAdditive, metricName, toQuery } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import { NumberPicture } from '../../panels/kinds/NumberPanel.tsx';
import { Panel } from '../../panels/Panel.tsx';
import type { PanelState } from '../../panels/panel-state.ts';
import { QuestionPanel } from '../../panels/QuestionPanel.tsx';
import type { Twin } from '../../charts/twin.ts';
import { ExploreTool } from '../ExploreLink.tsx';
import { beforeWords } from './home-questions.ts';

/** Height of the pictures in the row of numbers. */
export const numberHeightPx = 104;

function minutesTwin(vitals: Vitals): Twin {
  const count = vitals.perMinute.length;
  return {
    caption: 'Events per minute',
    columns: [
      { label: 'minutes ago', isNumber: true },
      { label: 'events', isNumber: true },
    ],
    rows: vitals.perMinute.map((events, at) => [String(count - 1 - at), String(events)]).reverse(),
  };
}

function liveState(vitals: Vitals | null): PanelState {
  return vitals === null ? { is: 'loading' } : { is: 'data', isRefreshing: false, problem: null };
}

/** Events of this minute, with the last hour as its trend. */
export function PerMinutePanel({ vitals }: { vitals: Vitals | null }): ReactNode {
  return (
    <Panel
      title="Events per minute"
      state={liveState(vitals)}
      heightPx={numberHeightPx}
      {...(vitals === null ? {} : { twin: () => minutesTwin(vitals) })}
    >
      {vitals !== null && (
        <NumberPicture
          value={vitals.events.m1}
          unit={null}
          note={`${formatCount(vitals.events.m60, 'event')} in the last hour`}
          trend={{ values: vitals.perMinute, fillingIndex: vitals.perMinute.length - 1 }}
        />
      )}
    </Panel>
  );
}

/** People seen in the last half hour. */
export function ActiveNowPanel({ vitals }: { vitals: Vitals | null }): ReactNode {
  const note =
    vitals !== null && vitals.activeUsersErrorRatio > 0
      ? `in the last 30 minutes, ± ${formatShare(2 * vitals.activeUsersErrorRatio)}`
      : 'in the last 30 minutes';
  return (
    <Panel title="Active now" state={liveState(vitals)} heightPx={numberHeightPx}>
      {vitals !== null && (
        <>
          <NumberPicture value={vitals.activeUsers} unit={null} note={note} color={1} />
          <MostActive vitals={vitals} />
        </>
      )}
    </Panel>
  );
}

/** The busiest event of the hour, in a line. */
function MostActive({ vitals }: { vitals: Vitals }): ReactNode {
  const [first] = vitals.byName;
  if (first === undefined) return null;
  return (
    <p className="bw-small bw-quiet bw-clip" dir="auto" style={{ position: 'absolute', insetInline: 0, bottom: 0 }}>
      mostly <strong style={{ color: 'var(--bw-text)' }}>{first.name}</strong>, {formatNumber(first.m60)} in the last hour
    </p>
  );
}

interface RangeNumberProps {
  title: string;
  about?: ReactNode;
  question: Question;
  period: Period;
  unit?: string | null;
}

/** One metric over the range, against the range before; a range that is not over is compared up to this time only. */
export function RangeNumberPanel({ title, about, question, period, unit = null }: RangeNumberProps): ReactNode {
  const [metric] = question.metrics;
  const additive = metric !== undefined && isAdditive(metric);
  const draw = (result: Result, nowMs: number): ReactNode => {
    const trend = prepareTrend(result, { shape: 'line', nowMs, isAdditive: additive, colorsOf: rememberedColors });
    const [series] = trend.series;
    if (series === undefined) return null;
    const at = result.columns.findIndex((column) => column.role === 'metric');
    const whole = { now: numberOf(result.totals[at]), before: numberOf(result.comparison?.totals[at]) };
    const sides = additive ? soFar(trend, series, nowMs) : whole;
    const isRunning = trend.fillingIndex !== null;
    const against =
      isRunning && additive ? `against ${beforeWords(period)} until now` : `against ${beforeWords(period)}${isRunning ? ', whole' : ''}`;
    return (
      <NumberPicture
        value={whole.now ?? sides.now}
        unit={series.unit ?? unit}
        change={formatChange(sides.now, sides.before)}
        note={against}
        trend={{ values: series.values, before: series.before, fillingIndex: trend.fillingIndex }}
      />
    );
  };
  return (
    <QuestionPanel
      title={title}
      about={about}
      query={toQuery(question, period)}
      kind="line"
      isAdditive={additive}
      isCount={metric?.aggregate === 'count'}
      heightPx={numberHeightPx}
      emptyWhy={`No ${metric === undefined ? 'values' : metricName(metric)} in this range.`}
      tools={<ExploreTool title={title} question={question} period={period} />}
      draw={draw}
    />
  );
}

function numberOf(cell: unknown): number | null {
  return typeof cell === 'number' ? cell : null;
}
