/** Range and zone of a data page, read from and written to its address. */
import { Button } from '@mantine/core';
import { IconCalendar, IconChevronDown, IconWorld } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatRange, formatZone } from '../../../../shared/format/time.ts';
import { useNow } from '../../../data/clock.ts';
import { browserZone, maybeRange, preferZone } from '../../../data/period.ts';
import type { Period } from '../../../data/period.ts';
import { Picker } from '../../../ui/Picker.tsx';
import type { Option } from '../../../ui/pick.ts';
import { RangePicker } from './RangePicker.tsx';

function zoneOptions(atMs: number): Option[] {
  const near = browserZone();
  const rest = Intl.supportedValuesOf('timeZone').filter((zone) => zone !== near && zone !== 'UTC');
  const label = (zone: string, group: string): Option => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
    hint: formatZone(zone, atMs).replace(/^.*\((.*)\)$/, '$1'),
    group,
  });
  return [
    label(near, 'This browser'),
    ...(near === 'UTC' ? [] : [label('UTC', 'Everywhere the same')]),
    ...rest.map((zone) => label(zone, 'All zones')),
  ];
}

let zonesOnce: Option[] | undefined;

/** The zones with their offsets, found once: there are hundreds. */
function knownZones(atMs: number): Option[] {
  zonesOnce ??= zoneOptions(atMs);
  return zonesOnce;
}

/** The two pickers; a choice is one step in the browser's history, so Back undoes it. */
export function PeriodControls(): ReactNode {
  const search: Partial<Period> = useSearch({ strict: false });
  const navigate = useNavigate();
  const range = maybeRange(search.range ?? '') ?? { last: '1d' };
  const change = (part: Partial<Period>): void =>
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...part }) as never });
  return (
    <>
      <RangePicker range={range} onPick={(next) => change({ range: next })}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            size="compact-md"
            leftSection={<IconCalendar size={16} stroke={1.5} aria-hidden="true" />}
            rightSection={<IconChevronDown size={14} stroke={1.5} aria-hidden="true" />}
          >
            <span className="bw-hidden">Range: </span>
            {formatRange(range)}
          </Button>
        )}
      </RangePicker>
      <ZoneControl />
    </>
  );
}

/** The zone by itself, for pages that show times and have no range. */
export function ZoneControl(): ReactNode {
  const search: Partial<Period> = useSearch({ strict: false });
  const navigate = useNavigate();
  const nowMs = useNow();
  const zone = search.zone ?? 'UTC';
  const change = (next: string): void =>
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, zone: next }) as never });
  return (
    <Picker
      label="Find a time zone"
      options={knownZones(nowMs)}
      picked={[zone]}
      onPick={(next) => {
        preferZone(next);
        change(next);
      }}
      button={(props) => (
        <Button {...props} variant="default" size="compact-md" leftSection={<IconWorld size={16} stroke={1.5} aria-hidden="true" />}>
          <span className="bw-hidden">Time zone: </span>
          {formatZone(zone, nowMs)}
        </Button>
      )}
    />
  );
}
