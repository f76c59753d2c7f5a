/** Holds back what should only show when waiting takes long: no flash of a skeleton on a fast answer. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

/** `children` once `delayMs` have passed. */
export function Delayed({ delayMs = 150, children }: { delayMs?: number; children: ReactNode }): ReactNode {
  const [isDue, setIsDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return isDue ? children : null;
}
