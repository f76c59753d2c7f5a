/** What went wrong at the door, and when or how to try again. */
import type { ReactNode } from 'react';
import { formatDuration } from '../../../shared/format/number.ts';
import { toServerProblem } from '../../data/http.ts';
import { useNow } from '../../data/clock.ts';
import { Notice } from '../../ui/Notice.tsx';

/** The notice for `error`; too many tries count down, `refusal` says what a refused try means here. */
export function DoorProblem({ error, refusal }: { error: unknown; refusal?: { title: string; words: ReactNode } }): ReactNode {
  const problem = toServerProblem(error);
  if (problem.status === 429) return <TooMany endsAtMs={problem.atMs + (problem.retryAfterSeconds ?? 60) * 1000} />;
  if (problem.status === 401 && refusal !== undefined) {
    return (
      <Notice tone="error" title={refusal.title}>
        {refusal.words}
      </Notice>
    );
  }
  return (
    <Notice tone="error" title={problem.title}>
      {problem.message}
    </Notice>
  );
}

function TooMany({ endsAtMs }: { endsAtMs: number }): ReactNode {
  const leftMs = Math.max(0, Math.ceil((endsAtMs - useNow()) / 1000) * 1000);
  return (
    <Notice tone="warning" title="Too many tries">
      {leftMs > 0 ? (
        <>
          Try again in <span className="bw-tabular">{formatDuration(leftMs)}</span>.
        </>
      ) : (
        'You can try again now.'
      )}
    </Notice>
  );
}
