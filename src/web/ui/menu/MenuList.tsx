/** What is in a menu: things to do, one of several things to choose, and lines between. */
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import classes from './Menu.module.css';

type Icon = (props: { size: number; stroke: number; 'aria-hidden': 'true' }) => ReactNode;

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
}

/** The list. It takes the focus; arrows, Home and End move it, Tab closes the menu. */
export function MenuList({ onClose, children }: { onClose: () => void; children: ReactNode }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const items = itemsOf(list.current);
    (items.find((item) => item.ariaChecked === 'true') ?? items[0])?.focus();
  }, []);
  const move = (press: KeyboardEvent): void => {
    if (press.key === 'Tab') return onClose();
    const items = itemsOf(list.current);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[press.key];
    if (to === undefined) return;
    press.preventDefault();
    items.at(to % items.length)?.focus();
  };
  return (
    <div ref={list} role="presentation" className={classes.list} onKeyDown={move} onClick={onClose}>
      {children}
    </div>
  );
}

/** Something to do. */
export function MenuItem({ icon: Icon, onPick, children }: { icon?: Icon; onPick: () => void; children: ReactNode }): ReactNode {
  return (
    <button type="button" role="menuitem" tabIndex={-1} className={classes.item} onClick={onPick}>
      <span className={classes.mark}>{Icon !== undefined && <Icon size={16} stroke={1.5} aria-hidden="true" />}</span>
      <span className={classes.words}>{children}</span>
    </button>
  );
}

/** One of several things of which one holds. */
export function MenuChoice({
  icon: Icon,
  isChosen,
  onPick,
  children,
}: {
  icon?: Icon;
  isChosen: boolean;
  onPick: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={isChosen}
      tabIndex={-1}
      className={classes.item}
      onClick={() => !isChosen && onPick()}
    >
      <span className={classes.mark}>{isChosen && <IconCheck size={16} stroke={1.5} aria-hidden="true" />}</span>
      <span className={classes.words}>{children}</span>
      {Icon !== undefined && <Icon size={16} stroke={1.5} aria-hidden="true" />}
    </button>
  );
}

/** A line between groups. */
export function MenuLine(): ReactNode {
  return <div role="separator" className={classes.line} />;
}
