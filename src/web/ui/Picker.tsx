/** A button that opens a list to pick from. */
import { Popover } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useMayLeave } from './in-dialog.ts';
import { PickList } from './PickList.tsx';
import type { PickListProps } from './PickList.tsx';
import classes from './Picker.module.css';

/** What a picker shows and does besides its list. */
export interface PickerProps extends PickListProps {
  /** the button: it gets the click and tells whether the list is open */
  button: (props: { onClick: () => void; 'aria-expanded': boolean; 'aria-haspopup': 'dialog' }) => ReactElement;
  /** the list stays open after a pick, to pick several */
  isMultiple?: boolean;
  widthPx?: number;
}

/** The button with its list; a pick closes it unless several may be picked. */
export function Picker({ button, isMultiple = false, widthPx = 320, onPick, ...list }: PickerProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const mayLeave = useMayLeave();
  const pick = (value: string): void => {
    if (!isMultiple) setIsOpen(false);
    onPick(value);
  };
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position="bottom-start"
      width={widthPx}
      trapFocus
      returnFocus
      withRoles={false}
      withinPortal={mayLeave}
      shadow="none"
    >
      <Popover.Target>{button({ onClick: () => setIsOpen(!isOpen), 'aria-expanded': isOpen, 'aria-haspopup': 'dialog' })}</Popover.Target>
      <Popover.Dropdown className={classes.drop} role="dialog" aria-label={list.label}>
        <PickList {...list} onPick={pick} />
      </Popover.Dropdown>
    </Popover>
  );
}
