/** The mark of Bellwether: a bell drawn as a curve over its clapper. */
import type { ReactNode } from 'react';

/** The mark, `sizePx` high; decorative, so hidden from screen readers. */
export function BellMark({ sizePx = 24 }: { sizePx?: number }): ReactNode {
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
      <path
        d="M3 18.5c3.2 0 3.6-3.1 4.1-7C7.7 7 9 3.5 12 3.5s4.3 3.5 4.9 8c.5 3.9.9 7 4.1 7"
        stroke="var(--bw-primary)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <circle cx="12" cy="19.6" r="2" fill="var(--bw-secondary)" />
    </svg>
  );
}
