/** The numbers at the top of Home: what happens this minute, and how the range stands against the one before. */
import type { ReactNode } from 'react';
import type { Vitals } from '../../../shared/contract/live.ts';
import { formatChange, formatCount, formatNumber, formatShare } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { rememberedColors } from '../../charts/series-color.ts';
import { soFar } from '../../charts/so-far.ts';
import type { SoFar } from '../../charts/so-far.ts';
import { prepareTrend } from '../../charts/trend/trend.ts';
import type { Period } from '../../data/period.ts';
import { isAdditive, metricName, toQuery } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import { NumberPicture } from '../../panels/kinds/NumberPanel.tsx';
import type { NumberPictureProps } from '../../panels/kinds/NumberPanel.tsx';
import { Panel } from '../../panels/Panel.tsx';
import type { PanelState } from '../../panels/panel-state.ts';
import { QuestionPanel } from '../../panels/QuestionPanel.tsx';
import type { Twin } from '../../charts/twin.ts';
import { ExploreLink } from '../ExploreLink.tsx';
import { beforeWords } from './home-questions.ts';
import classes from './NumberPanels.module.css';

/** Height of the pictures in the row of numbers. */
export const numberHeightPx = 128;

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
      title="Events/min"
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

/** The busiest events of the hour. */
function MostActive({ vitals }: { vitals: Vitals }): ReactNode {
  return (
    <ol className={`${classes.busiest} bw-tabular`} aria-label="Busiest events of the last hour">
      {vitals.byName.slice(0, 3).map(({ name, m60 }) => (
        <li key={name}>
          <span className="bw-clip" dir="auto">
            {name}
          </span>
          <span>{formatNumber(m60)}</span>
        </li>
      ))}
    </ol>
  );
}

interface RangeNumberProps {
  title: string;
  /** what it is the number of, in words of the note */
  of?: string;
  question: Question;
  period: Period;
  unit?: string | null;
}

/** One metric over the range, against the range before; a range that is not over is compared up to this time only. */
export function RangeNumberPanel({ title, of, question, period, unit = null }: RangeNumberProps): ReactNode {
  const [metric] = question.metrics;
  const additive = metric !== undefined && isAdditive(metric);
  const draw = (result: Result, nowMs: number): ReactNode => {
    const trend = prepareTrend(result, { shape: 'line', nowMs, isAdditive: additive, colorsOf: rememberedColors });
    const [series] = trend.series;
    if (series === undefined) return null;
    const standing = standingOf(
      result,
      additive ? soFar(trend, series, nowMs) : null,
      metric?.aggregate === 'unique',
      nowMs,
      beforeWords(period),
    );
    return (
      <NumberPicture
        {...standing}
        note={of === undefined ? standing.note : `${of}, ${standing.note}`}
        unit={series.unit ?? unit}
        trend={{ values: series.values, before: series.before, fillingIndex: trend.fillingIndex }}
      />
    );
  };
  return (
    <QuestionPanel
      title={title}
      query={toQuery(question, period)}
      kind="line"
      isAdditive={additive}
      isCount={metric?.aggregate === 'count'}
      heightPx={numberHeightPx}
      emptyWhy={`No ${metric === undefined ? 'values' : metricName(metric)} in this range.`}
      titleLink={(words) => (
        <ExploreLink question={question} period={period}>
          {words}
        </ExploreLink>
      )}
      draw={draw}
    />
  );
}

function numberOf(cell: unknown): number | null {
  return typeof cell === 'number' ? cell : null;
}

/** A range of which more than this part lies ahead cannot be compared with a whole one. */
const aheadRatio = 0.05;

/**
 * The number and what it is fairly compared with. Sums of a range that is not over are compared up to this time; distinct
 * counts of one cannot be, so the whole range before is only named.
 */
function standingOf(
  result: Result,
  sums: SoFar | null,
  isDistinct: boolean,
  nowMs: number,
  before: string,
): Pick<NumberPictureProps, 'value' | 'change' | 'note'> {
  const at = result.columns.findIndex((column) => column.role === 'metric');
  const now = numberOf(result.totals[at]) ?? sums?.now ?? null;
  const whole = numberOf(result.comparison?.totals[at]);
  const [fromMs, toMs] = [Date.parse(result.lineage.range.from), Date.parse(result.lineage.range.to)];
  const isRunning = toMs - nowMs > aheadRatio * (toMs - fromMs);
  if (!isRunning) return { value: now, change: formatChange(now, whole), note: `against ${before}` };
  if (sums !== null) return { value: now, change: formatChange(sums.now, sums.before), note: `against ${before} until now` };
  if (isDistinct) return { value: now, change: null, note: `${before} in all: ${formatNumber(whole)}` };
  return { value: now, change: formatChange(now, whole), note: `against ${before}` };
}
