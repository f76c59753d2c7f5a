/** The stream of events: live, searchable, pausable, opened row by row. */
import { Button } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../../shared/format/number.ts';
import { formatZone } from '../../../../shared/format/time.ts';
import { colorIn } from '../../../charts/trend/trend-option.ts';
import { rememberedColors } from '../../../charts/series-color.ts';
import { usePalette } from '../../../charts/use-palette.ts';
import { useNow } from '../../../data/clock.ts';
import type { EventFilter } from '../../../data/events.ts';
import { useConnectionState } from '../../../data/live/LiveProvider.tsx';
import { EventDrawer } from '../detail/EventDrawer.tsx';
import type { TabProps } from '../tab-props.ts';
import { useRowKeys } from '../use-row-keys.ts';
import type { StreamRow } from './rows.ts';
import { StreamLine } from './StreamLine.tsx';
import { EmptyStream, LoadingStream, StreamProblem } from './StreamStates.tsx';
import { searchFieldId, StreamTools } from './StreamTools.tsx';
import classes from './Stream.module.css';
import { useStream } from './use-stream.ts';
import type { StreamView } from './use-stream.ts';

const minuteMs = 60_000;

/** The colours of all names in `rows`, the same as on every panel. */
function useNameColors(rows: readonly StreamRow[]): (name: string) => string {
  const palette = usePalette();
  const names = [...new Set(rows.map((row) => row.name))].sort().join('\n');
  return useMemo(() => {
    const list = names.split('\n');
    const colors = new Map(rememberedColors('name', list).map((color, at) => [list[at], color]));
    return (name: string) => colorIn(palette, colors.get(name) ?? 'others');
  }, [names, palette]);
}

function useFilter({ q, name, user, source }: TabProps['search']): EventFilter {
  return useMemo(() => ({ text: q, name, user, source }), [q, name, user, source]);
}

/** The tab. */
export function Stream({ search, change }: TabProps): ReactNode {
  const [isPaused, setIsPaused] = useState(false);
  const filter = useFilter(search);
  const view = useStream(filter, isPaused);
  const rows = useMemo(() => [...view.live, ...view.stored], [view.live, view.stored]);
  const [opening, setOpening] = useState<StreamRow | null>(null);
  const [foundKeys, setFoundKeys] = useState<Readonly<Record<string, string>>>({});
  const open = useCallback(
    (row: StreamRow) => {
      const key = row.key ?? foundKeys[row.id];
      setIsPaused(true);
      setOpening(key === undefined ? row : null);
      change({ open: key });
    },
    [change, foundKeys],
  );
  const isOpen = (row: StreamRow): boolean => search.open !== undefined && (row.key ?? foundKeys[row.id]) === search.open;
  const openId = opening?.id ?? rows.find(isOpen)?.id ?? search.open ?? null;
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const openById = useCallback(
    (id: string) => {
      const row = rows.find((one) => one.id === id);
      if (row !== undefined) open(row);
    },
    [rows, open],
  );
  const pause = useCallback(() => setIsPaused(true), []);
  const others = useMemo(
    () => ({ p: () => setIsPaused((before) => !before), '/': () => document.getElementById(searchFieldId)?.focus() }),
    [],
  );
  const [selected] = useRowKeys({ ids, openId, onOpen: openById, onMove: pause, others });
  const close = (): void => {
    setOpening(null);
    change({ open: undefined });
  };
  const found = (key: string): void => {
    if (opening !== null) setFoundKeys({ ...foundKeys, [opening.id]: key });
    setOpening(null);
    change({ open: key }, false);
  };
  const step = (by: number): (() => void) | undefined => {
    const row = openId === null ? undefined : rows[ids.indexOf(openId) + by];
    return row === undefined || !ids.includes(openId ?? '') ? undefined : () => open(row);
  };
  const people = useMemo(() => [...new Set(rows.map((row) => row.user).filter((user) => user !== ''))].slice(0, 50), [rows]);
  return (
    <section aria-label="Live stream">
      <StreamTools
        search={search}
        change={change}
        people={people}
        isPaused={isPaused}
        waiting={view.waiting}
        onPause={() => setIsPaused(!isPaused)}
      />
      <Rows view={view} search={search} rows={rows} selected={openId ?? selected} isPaused={isPaused} onOpen={open} change={change} />
      {openId !== null && (
        <EventDrawer
          openKey={opening === null ? (search.open ?? null) : null}
          row={opening}
          zone={search.zone}
          onFound={found}
          onClose={close}
          onFilter={(part) => change({ ...part, open: undefined })}
          onPrevious={step(-1)}
          onNext={step(1)}
        />
      )}
    </section>
  );
}

interface RowsProps extends TabProps {
  view: StreamView;
  rows: readonly StreamRow[];
  selected: string | null;
  isPaused: boolean;
  onOpen: (row: StreamRow) => void;
}

function Rows({ view, rows, search, change, selected, isPaused, onOpen }: RowsProps): ReactNode {
  const colorOf = useNameColors(rows);
  const nowMs = Math.floor(useNow() / minuteMs) * minuteMs;
  const entry = selected !== null && rows.some((row) => row.id === selected) ? selected : rows[0]?.id;
  if (rows.length === 0) {
    if (view.problem !== null) return <StreamProblem problem={view.problem} onRetry={view.retry} />;
    if (view.isLoading) return <LoadingStream />;
    return <EmptyStream search={search} change={change} />;
  }
  const line = (row: StreamRow): ReactNode => (
    <StreamLine
      key={row.id}
      row={row}
      color={colorOf(row.name)}
      zone={search.zone}
      nowMs={nowMs}
      isNew={row.key === null && Number(row.id.slice(1)) > view.openedAt}
      isSelected={row.id === selected}
      isEntry={row.id === entry}
      onOpen={onOpen}
    />
  );
  return (
    <div className={classes.frame}>
      <StreamHead zone={search.zone} nowMs={nowMs} isPaused={isPaused} view={view} />
      <ol className={classes.lines} aria-label="Events, newest first">
        {view.live.flatMap((row) =>
          row.hiddenBelow === 0
            ? [line(row)]
            : [
                line(row),
                <li key={`${row.id} gap`} className={classes.gap}>
                  {formatCount(row.hiddenBelow, 'event')} more came at the same moment; a search finds them
                </li>,
              ],
        )}
        {view.live.length > 0 && view.stored.length > 0 && <li className={classes.gap}>Stored before, by event time</li>}
        {view.stored.map(line)}
      </ol>
      <StreamFoot view={view} />
    </div>
  );
}

interface HeadProps {
  zone: string;
  nowMs: number;
  isPaused: boolean;
  view: StreamView;
}

function StreamHead({ zone, nowMs, isPaused, view: { isSearch, isPartial } }: HeadProps): ReactNode {
  const { link } = useConnectionState();
  const state = isPaused
    ? 'Paused'
    : link === 'offline'
      ? 'Offline: what was known before'
      : isSearch
        ? 'Matching events, newest first'
        : 'As they arrive, newest first';
  return (
    <div className={classes.head}>
      <span>
        {state} · times in {formatZone(zone, nowMs)}
        {isPartial && ' · more come than can be listed: these are the newest'}
      </span>
      <span className={classes.keys} aria-hidden="true">
        <kbd>J</kbd> <kbd>K</kbd> move · <kbd>Enter</kbd> open · <kbd>P</kbd> pause · <kbd>/</kbd> search
      </span>
    </div>
  );
}

function StreamFoot({ view }: { view: StreamView }): ReactNode {
  if (view.problem !== null) return <StreamProblem problem={view.problem} onRetry={view.retry} />;
  if (!view.hasOlder) return view.isLoading ? null : <p className={classes.gap}>These are all of them.</p>;
  return (
    <div className={classes.foot}>
      <Button variant="default" size="compact-md" loading={view.isLoadingOlder} onClick={view.loadOlder}>
        Show older events
      </Button>
    </div>
  );
}
