/** A number: large, with its unit, its change and its trend. */
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatExact, formatQuantity } from '../../../shared/format/number.ts';
import type { Change } from '../../../shared/format/number.ts';
import type { SeriesColor } from '../../charts/series-color.ts';
import type { SparklineInput } from '../../charts/sparkline/sparkline.ts';
import { SparklineChart } from '../../charts/sparkline/SparklineChart.tsx';
import classes from './NumberPanel.module.css';

/** What a number shows. */
export interface NumberPictureProps {
  value: number | null;
  unit: string | null;
  /** null: there is nothing to compare with */
  change?: Change | null;
  /** what the change is against, or what the trend shows */
  note: string;
  /** whether growth is welcome; unknown stays neutral */
  isUpGood?: boolean | null;
  trend?: SparklineInput | null;
  color?: SeriesColor;
}

const arrows = { up: IconArrowUpRight, down: IconArrowDownRight, same: IconMinus } as const;

function moodOf(change: Change, isUpGood: boolean | null): string | undefined {
  if (isUpGood === null || change.direction === 'same') return undefined;
  return (change.direction === 'up') === isUpGood ? 'good' : 'bad';
}

/** The number; the exact figure is in its title. */
export function NumberPicture({
  value,
  unit,
  change = null,
  note,
  isUpGood = null,
  trend = null,
  color = 0,
}: NumberPictureProps): ReactNode {
  const Arrow = arrows[change?.direction ?? 'same'];
  return (
    <div className={classes.number}>
      <div className={`${classes.value} bw-tabular`} title={formatExact(value)}>
        {formatQuantity(value, unit)}
      </div>
      <div className={classes.note}>
        {change !== null && (
          <span className={`${classes.change} bw-tabular`} data-mood={moodOf(change, isUpGood)}>
            <Arrow size={14} stroke={1.75} aria-hidden="true" />
            {change.text}
          </span>
        )}
        <span>{note}</span>
      </div>
      {trend !== null && (
        <div className={classes.trend}>
          <SparklineChart {...trend} color={color} />
        </div>
      )}
    </div>
  );
}
