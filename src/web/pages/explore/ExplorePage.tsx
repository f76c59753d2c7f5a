/** ExplorePage. */
import type { ReactNode } from 'react';

/** The page. */
export function ExplorePage(): ReactNode {
  return <h1>ExplorePage</h1>;
}
