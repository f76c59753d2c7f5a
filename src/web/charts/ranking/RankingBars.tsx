/** Draws a ranking as a table whose rows carry bars: readable at any length of name, by eye, keyboard and screen reader. */
import type { ReactNode } from 'react';
import { formatExact, formatNumber, formatQuantity, formatShare } from '../../../shared/format/number.ts';
import { colorIn } from '../trend/trend-option.ts';
import { usePalette } from '../use-palette.ts';
import type { Ranking, RankingRow } from './ranking.ts';
import classes from './RankingBars.module.css';

interface RankingBarsProps {
  ranking: Ranking;
  /** names the table */
  label: string;
  /** what stands in the place of a row's name, such as a link */
  nameOf?: (row: RankingRow) => ReactNode;
}

/** The bars. */
export function RankingBars({ ranking, label, nameOf }: RankingBarsProps): ReactNode {
  const palette = usePalette();
  const hasShare = ranking.rows.some((row) => row.share !== null);
  const hasChange = ranking.rows.some((row) => row.change !== null);
  return (
    <div className={classes.ranking}>
      <table className={`${classes.table} bw-tabular`}>
        <caption className="bw-hidden">{label}</caption>
        <thead className="bw-hidden">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
            {hasShare && <th scope="col">Share</th>}
            {hasChange && <th scope="col">Change</th>}
          </tr>
        </thead>
        <tbody>
          {ranking.rows.map((row) => (
            <tr key={row.key} data-rest={row.by === null || undefined}>
              <th scope="row" className={classes.name} title={row.label}>
                <span
                  className={classes.bar}
                  style={{
                    insetInlineStart: `${row.bar.from * 100}%`,
                    width: `${row.bar.length * 100}%`,
                  }}
                  aria-hidden="true"
                />
                <span className={classes.swatch} style={{ background: colorIn(palette, row.color) }} aria-hidden="true" />
                <span className={`${classes.label} bw-clip`} dir="auto">
                  {nameOf === undefined || row.by === null ? row.label : nameOf(row)}
                </span>
              </th>
              <td title={formatExact(row.value)}>{formatQuantity(row.value, ranking.unit)}</td>
              {hasShare && <td className={classes.aside}>{formatShare(row.share)}</td>}
              {hasChange && <td className={classes.aside}>{row.change?.text}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {ranking.notDrawn > 0 && <p className={classes.more}>others ({formatNumber(ranking.notDrawn)}) are in the table</p>}
    </div>
  );
}
