/** StartPage. */
import type { ReactNode } from 'react';

/** The page. */
export function StartPage(): ReactNode {
  return <h1>StartPage</h1>;
}
