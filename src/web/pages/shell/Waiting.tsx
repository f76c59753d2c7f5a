/** The skeleton of a page whose code or session is still on its way. */
import type { ReactNode } from 'react';
import { Skeleton } from '../../ui/Skeleton.tsx';

/** A title, a row of panels and a large one; shown only when it takes longer than a moment. */
export function Waiting(): ReactNode {
  return (
    <div style={{ display: 'grid', gap: 8 }} aria-busy="true" aria-label="Loading">
      <Skeleton width={160} height={28} />
      <Skeleton height={120} />
      <Skeleton height={320} />
    </div>
  );
}
