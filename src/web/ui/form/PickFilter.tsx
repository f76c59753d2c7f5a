/** A filter in one button: what it narrows by, what it is set to, and a cross that takes it away. */
import { Button, CloseButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Picker } from '../Picker.tsx';
import type { Option } from '../pick.ts';
import classes from './PickFilter.module.css';

/** What the filter takes. */
export interface PickFilterProps {
  /** "Action": stands in front of what is picked */
  what: string;
  value: string | undefined;
  /** how the picked value is read; else the label of its option */
  shown?: string;
  options: readonly Option[];
  /** given, what was typed can be picked as it is */
  offer?: (typed: string) => Option;
  onPick: (value: string | undefined) => void;
}

/** The filter. */
export function PickFilter({ what, value, shown, options, offer, onPick }: PickFilterProps): ReactNode {
  const label = shown ?? options.find((option) => option.value === value)?.label ?? value;
  return (
    <span className={classes.picked} data-set={value !== undefined || undefined}>
      <Picker
        label={`Find: ${what.toLowerCase()}`}
        options={options}
        picked={value === undefined ? [] : [value]}
        {...(offer === undefined ? {} : { offerTyped: offer })}
        onPick={onPick}
        button={(props) => (
          <Button
            {...props}
            variant="default"
            size="compact-md"
            rightSection={<IconChevronDown size={14} stroke={1.5} aria-hidden="true" />}
          >
            <span className={`${classes.text} bw-clip`} dir="auto">
              {what}: {label ?? 'any'}
            </span>
          </Button>
        )}
      />
      {value !== undefined && <CloseButton size="sm" aria-label={`Any ${what.toLowerCase()}`} onClick={() => onPick(undefined)} />}
    </span>
  );
}
