/** A grey stand-in of the size of what is still to come. */
import type { ReactNode } from 'react';
import { Delayed } from './Delayed.tsx';
import classes from './Skeleton.module.css';

/** A bone of the given size; it keeps its room at once and shows after 150 ms. */
export function Skeleton({ width = '100%', height = 16 }: { width?: number | string; height?: number | string }): ReactNode {
  return (
    <span style={{ display: 'block', width, height }} aria-hidden="true">
      <Delayed>
        <span className={classes.bone} style={{ width: '100%', height: '100%' }} />
      </Delayed>
    </span>
  );
}
