/** Groups with their totals, changes and trends: one line each, the largest first. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { formatChange, formatExact, formatQuantity } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { rememberedColors } from '../../charts/series-color.ts';
import { soFar } from '../../charts/so-far.ts';
import { SparklineChart } from '../../charts/sparkline/SparklineChart.tsx';
import { prepareTrend } from '../../charts/trend/trend.ts';
import type { TrendSeries } from '../../charts/trend/trend.ts';
import { colorIn } from '../../charts/trend/trend-option.ts';
import { usePalette } from '../../charts/use-palette.ts';
import classes from './TopTrends.module.css';

interface TopTrendsProps {
  /** a trend of one additive metric, split by one field */
  result: Result;
  label: string;
  nowMs: number;
  nameOf?: (series: TrendSeries) => ReactNode;
}

/** The table of groups. */
export function TopTrends({ result, label, nowMs, nameOf }: TopTrendsProps): ReactNode {
  const palette = usePalette();
  const trend = useMemo(
    () => prepareTrend(result, { shape: 'line', nowMs, isAdditive: true, colorsOf: rememberedColors }),
    [result, nowMs],
  );
  const past = trend.fillingIndex === null ? trend.buckets.length : trend.fillingIndex + 1;
  return (
    <table className={`${classes.top} bw-tabular`}>
      <caption className="bw-hidden">{label}</caption>
      <thead className="bw-hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Trend</th>
          <th scope="col">Total</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {trend.series.map((series) => {
          const sums = soFar(trend, series, nowMs);
          return (
            <tr key={series.key}>
              <th scope="row" title={series.label}>
                <span className={classes.name}>
                  <span className={classes.swatch} style={{ background: colorIn(palette, series.color) }} aria-hidden="true" />
                  <span className="bw-clip" dir="auto">
                    {series.color === 'others' || nameOf === undefined ? series.label : nameOf(series)}
                  </span>
                </span>
              </th>
              <td className={classes.trend}>
                <SparklineChart values={series.values.slice(0, past)} fillingIndex={trend.fillingIndex} color={series.color} />
              </td>
              <td title={formatExact(sums.now)}>{formatQuantity(sums.now, series.unit)}</td>
              <td className={classes.change}>{series.before === null ? '' : formatChange(sums.now, sums.before).text}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
