/** The line above the stream: search, filters, and pause. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconChevronDown, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { formatNumber } from '../../../../shared/format/number.ts';
import { catalogQuery } from '../../../data/catalog.ts';
import type { EventsSearch } from '../../../data/events-search.ts';
import { Picker } from '../../../ui/Picker.tsx';
import type { Option } from '../../../ui/pick.ts';
import classes from './Stream.module.css';

/** Id of the search field, which the key / goes to. */
export const searchFieldId = 'event-search';
/** The search is asked once typing rests for this long. */
const restMs = 300;

interface ToolsProps {
  search: EventsSearch;
  change: (part: Partial<EventsSearch>, isStep?: boolean) => void;
  people: readonly string[];
  isPaused: boolean;
  waiting: number | null;
  onPause: () => void;
}

function waitingText(waiting: number | null): string {
  if (waiting === null || waiting === 0) return '';
  return waiting > 9_999 ? ' · more than 9,999 waiting' : ` · ${formatNumber(waiting)} waiting`;
}

/** The line. */
export function StreamTools({ search, change, people, isPaused, waiting, onPause }: ToolsProps): ReactNode {
  const { data: catalog } = useQuery(catalogQuery);
  const searchText = useCallback((q: string) => change({ q: q === '' ? undefined : q }, false), [change]);
  const names = (catalog?.events ?? []).map((event): Option => ({ value: event.name, label: event.name, hint: formatNumber(event.count) }));
  const Icon = isPaused ? IconPlayerPlay : IconPlayerPause;
  return (
    <div className={classes.tools}>
      <TextSearch value={search.q ?? ''} onSearch={searchText} />
      <FilterPick
        what="Event"
        value={search.name}
        options={names}
        offer={(typed) => ({ value: typed, label: typed, hint: 'exactly this name' })}
        onPick={(name) => change({ name })}
      />
      <FilterPick
        what="Person"
        value={search.user}
        options={people.map((person) => ({ value: person, label: person }))}
        offer={(typed) => ({ value: typed, label: typed, hint: 'user or anonymous id' })}
        onPick={(user) => change({ user })}
      />
      {search.source !== undefined && (
        <span className={classes.picked}>
          <span className="bw-clip">Source: {search.source}</span>
          <CloseButton size="sm" aria-label="Any source" onClick={() => change({ source: undefined })} />
        </span>
      )}
      <Button
        className={classes.pause ?? ''}
        variant={isPaused ? 'filled' : 'default'}
        size="compact-md"
        onClick={onPause}
        aria-keyshortcuts="p"
        leftSection={<Icon size={16} stroke={1.5} aria-hidden="true" />}
      >
        <span className="bw-tabular">{isPaused ? `Resume${waitingText(waiting)}` : 'Pause'}</span>
      </Button>
    </div>
  );
}

function TextSearch({ value, onSearch }: { value: string; onSearch: (text: string) => void }): ReactNode {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  // Back and Forward change the address under the field
  if (value !== asked) {
    setAsked(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), restMs);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <TextInput
      id={searchFieldId}
      className={classes.search ?? ''}
      size="xs"
      type="search"
      aria-label="Search in names, ids and properties"
      aria-keyshortcuts="/"
      placeholder="Search names, ids, properties"
      leftSection={<IconSearch size={16} stroke={1.5} aria-hidden="true" />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      maxLength={512}
    />
  );
}

interface FilterPickProps {
  what: string;
  value: string | undefined;
  options: readonly Option[];
  offer: (typed: string) => Option;
  onPick: (value: string | undefined) => void;
}

function FilterPick({ what, value, options, offer, onPick }: FilterPickProps): ReactNode {
  return (
    <span className={classes.picked} data-set={value !== undefined || undefined}>
      <Picker
        label={`Find: ${what.toLowerCase()}`}
        options={options}
        picked={value === undefined ? [] : [value]}
        offerTyped={offer}
        none="Type the exact name, then press Enter."
        onPick={onPick}
        button={(props) => (
          <Button
            {...props}
            variant="default"
            size="compact-md"
            rightSection={<IconChevronDown size={14} stroke={1.5} aria-hidden="true" />}
          >
            <span className={`${classes.pickedText} bw-clip`} dir="auto">
              {what}: {value ?? 'any'}
            </span>
          </Button>
        )}
      />
      {value !== undefined && <CloseButton size="sm" aria-label={`Any ${what.toLowerCase()}`} onClick={() => onPick(undefined)} />}
    </span>
  );
}
