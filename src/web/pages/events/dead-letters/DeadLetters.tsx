/** Events that were rejected: why, from where, and as they came. */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { DeadLetter } from '../../../../shared/contract/events.ts';
import { deadLetterPages, ledgerQuery, unlessRefused } from '../../../data/events.ts';
import { toServerProblem } from '../../../data/http.ts';
import { LoadingStream, StreamProblem } from '../stream/StreamStates.tsx';
import type { TabProps } from '../tab-props.ts';
import { useRowKeys } from '../use-row-keys.ts';
import { DeadLetterDrawer } from './DeadLetterDrawer.tsx';
import { DeadLetterLine } from './DeadLetterLine.tsx';
import classes from './DeadLetters.module.css';
import { reasonCounts, reasonText, rejectingSources } from './reasons.ts';
import { ReasonFilter, SourceFilter } from './Filters.tsx';

/** The tab. */
export function DeadLetters({ search, change }: TabProps): ReactNode {
  const pages = useInfiniteQuery(deadLetterPages({ reason: search.reason, source: search.source }));
  const { data: ledger } = useQuery({ ...ledgerQuery, refetchInterval: unlessRefused(5_000) });
  const letters = useMemo(() => pages.data?.pages.flatMap((page) => page.deadLetters) ?? [], [pages.data]);
  const ids = useMemo(() => letters.map((letter) => letter.key), [letters]);
  const open = useCallback((key: string) => change({ open: key }), [change]);
  const [selected] = useRowKeys({ ids, openId: search.open ?? null, onOpen: open });
  const step = (by: number): (() => void) | undefined => {
    const at = ids.indexOf(search.open ?? '');
    const key = at < 0 ? undefined : ids[at + by];
    return key === undefined ? undefined : () => open(key);
  };
  const reasons = ledger === undefined ? [] : reasonCounts(ledger, search.source);
  return (
    <section aria-label="Dead letters" className={classes.tab}>
      {ledger !== undefined && (reasons.length > 0 || search.reason !== undefined || search.source !== undefined) && (
        <div className={classes.filters}>
          <ReasonFilter reasons={reasons} picked={search.reason} onPick={(reason) => change({ reason })} />
          <SourceFilter sources={rejectingSources(ledger)} picked={search.source} onPick={(source) => change({ source })} />
        </div>
      )}
      {search.reason !== undefined && <p className="bw-quiet">{reasonText(search.reason)}</p>}
      <Letters pages={pages} letters={letters} search={search} change={change} selected={search.open ?? selected} onOpen={open} />
      {search.open !== undefined && (
        <DeadLetterDrawer
          openKey={search.open}
          zone={search.zone}
          onClose={() => change({ open: undefined })}
          onPrevious={step(-1)}
          onNext={step(1)}
        />
      )}
    </section>
  );
}

interface LettersProps extends TabProps {
  pages: {
    error: unknown;
    isPending: boolean;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  letters: readonly DeadLetter[];
  selected: string | null;
  onOpen: (key: string) => void;
}

function Letters({ pages, letters, search, change, selected, onOpen }: LettersProps): ReactNode {
  const retry = (): void => void pages.refetch();
  if (letters.length === 0) {
    if (pages.error !== null) return <StreamProblem problem={toServerProblem(pages.error)} onRetry={retry} />;
    return pages.isPending ? <LoadingStream /> : <NoLetters search={search} change={change} />;
  }
  const entry = selected !== null && letters.some((letter) => letter.key === selected) ? selected : letters[0]?.key;
  return (
    <div className={classes.frame}>
      <ol className={classes.letters} aria-label="Dead letters, newest first">
        {letters.map((letter) => (
          <DeadLetterLine
            key={letter.key}
            letter={letter}
            zone={search.zone}
            isSelected={letter.key === selected}
            isEntry={letter.key === entry}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {pages.error !== null && <StreamProblem problem={toServerProblem(pages.error)} onRetry={retry} />}
      {pages.hasNextPage && (
        <div className={classes.foot}>
          <Button variant="default" size="compact-md" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older dead letters
          </Button>
        </div>
      )}
    </div>
  );
}

function NoLetters({ search, change }: TabProps): ReactNode {
  if (search.reason === undefined && search.source === undefined) {
    return (
      <div className={classes.empty}>
        <h2>No event was rejected</h2>
        <p>An event that cannot be used is kept here with the reason and its body as it came, so that its sender can be mended.</p>
      </div>
    );
  }
  return (
    <div className={classes.empty}>
      <h2>No dead letter matches</h2>
      <p>Dead letters are kept for 30 days unless set otherwise; the ledger counts rejected events for ever.</p>
      <Button variant="default" onClick={() => change({ reason: undefined, source: undefined })}>
        Show all dead letters
      </Button>
    </div>
  );
}
