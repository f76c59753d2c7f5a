/** EventsPage. */
import type { ReactNode } from 'react';

/** The page. */
export function EventsPage(): ReactNode {
  return <h1>EventsPage</h1>;
}
