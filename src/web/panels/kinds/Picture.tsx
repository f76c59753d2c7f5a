/** The pictures of an answer, one per kind: each prepares the result and draws it. */
import { lazy, Suspense, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Result } from '../../../shared/model/result.ts';
import { prepareWeek } from '../../charts/heatmap/week-grid.ts';
import { WeekHeatmap } from '../../charts/heatmap/WeekHeatmap.tsx';
import { prepareRanking } from '../../charts/ranking/ranking.ts';
import type { RankingRow } from '../../charts/ranking/ranking.ts';
import { RankingBars } from '../../charts/ranking/RankingBars.tsx';
import { rememberedColors } from '../../charts/series-color.ts';
import { prepareTrend } from '../../charts/trend/trend.ts';
import { twinOf } from '../../charts/twin.ts';
import { loadAgain } from '../../ui/load-again.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TwinTable } from '../TwinTable.tsx';

/** Numbers, rankings and weeks need no chart library; what does is fetched together with it. */
const TrendChart = lazy(async () => {
  const [{ TrendChart: Chart }] = await loadAgain(() =>
    Promise.all([import('../../charts/trend/TrendChart.tsx'), import('../../charts/trend/echarts.ts')]),
  );
  return { default: Chart };
});

/** Pictures that an answer can be drawn as. */
export const pictureKinds = ['line', 'area', 'bar', 'ranking', 'heatmap', 'table'] as const;
/** One of {@link pictureKinds}. */
export type PictureKind = (typeof pictureKinds)[number];

/** What a picture is drawn from. */
export interface PictureProps {
  result: Result;
  /** names the picture */
  label: string;
  nowMs: number;
  /** parts add up to a whole: counts and sums */
  isAdditive: boolean;
  /** the metric counts, so a group that is not there is zero */
  isCount: boolean;
  nameOf?: ((row: RankingRow) => ReactNode) | undefined;
}

/** Rows that a ranking draws before it points to the table. */
const rankingRows = 12;

function OverTime({ result, label, nowMs, isAdditive, shape }: PictureProps & { shape: 'line' | 'area' | 'bar' }): ReactNode {
  const trend = useMemo(
    () => prepareTrend(result, { shape, nowMs, isAdditive, colorsOf: rememberedColors }),
    [result, shape, nowMs, isAdditive],
  );
  return (
    <Suspense fallback={<Skeleton height="100%" />}>
      <TrendChart trend={trend} label={label} />
    </Suspense>
  );
}

function Ranked({ result, label, isAdditive, nameOf }: PictureProps): ReactNode {
  const ranking = useMemo(
    () => prepareRanking(result, { most: rankingRows, isAdditive, colorsOf: rememberedColors }),
    [result, isAdditive],
  );
  return <RankingBars ranking={ranking} label={label} {...(nameOf === undefined ? {} : { nameOf })} />;
}

function Week({ result, label, isCount }: PictureProps): ReactNode {
  return <WeekHeatmap grid={useMemo(() => prepareWeek(result, isCount), [result, isCount])} label={label} />;
}

/** `result` drawn as `kind`. */
export function Picture({ kind, ...props }: PictureProps & { kind: PictureKind }): ReactNode {
  switch (kind) {
    case 'line':
    case 'area':
    case 'bar':
      return <OverTime {...props} shape={kind} />;
    case 'ranking':
      return <Ranked {...props} />;
    case 'heatmap':
      return <Week {...props} />;
    case 'table':
      return <TwinTable twin={twinOf(props.result, props.label, props.nowMs)} />;
  }
}
