/** HomePage. */
import type { ReactNode } from 'react';

/** The page. */
export function HomePage(): ReactNode {
  return <h1>HomePage</h1>;
}
