/** A button that opens a menu. What is in the menu may be fetched only when it is opened. */
import { Popover } from '@mantine/core';
import { Suspense, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import classes from './Menu.module.css';

/** What the menu shows and does. */
export interface MenuBoxProps {
  /** names the menu */
  label: string;
  button: (props: { onClick: () => void; 'aria-expanded': boolean; 'aria-haspopup': 'menu' }) => ReactElement;
  place: 'start' | 'end';
  widthPx: number;
  /** a `MenuList`; `close` ends the menu */
  children: (close: () => void) => ReactNode;
}

/** The button with its menu. Escape, a pick and a press elsewhere close it; the focus goes back to the button. */
export function MenuBox({ label, button, place, widthPx, children }: MenuBoxProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const close = (): void => setIsOpen(false);
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position={`bottom-${place}`}
      width={widthPx}
      returnFocus
      withinPortal={false}
      withRoles={false}
      shadow="none"
    >
      <Popover.Target>{button({ onClick: () => setIsOpen(!isOpen), 'aria-expanded': isOpen, 'aria-haspopup': 'menu' })}</Popover.Target>
      <Popover.Dropdown className={classes.drop} role="menu" aria-label={label}>
        <Suspense>{children(close)}</Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
