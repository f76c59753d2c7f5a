/** The side of the window where one thing of a list is shown whole, with the way to the next one. */
import { ActionIcon, CloseButton, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Modal } from '../../../ui/Modal.tsx';
import classes from './Detail.module.css';

/** What the drawer shows and does. */
export interface DrawerProps {
  /** names the drawer */
  label: string;
  title: ReactNode;
  onClose: () => void;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  children: ReactNode;
}

/** The drawer. */
export function Drawer({ label, title, onClose, onPrevious, onNext, children }: DrawerProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Modal label={label} place="side" onClose={onClose}>
      <header className={classes.head}>
        <h2 ref={heading} className={classes.title} dir="auto" tabIndex={-1}>
          {title}
        </h2>
        <Step label="Previous (K)" onClick={onPrevious}>
          <IconChevronUp size={18} stroke={1.5} aria-hidden="true" />
        </Step>
        <Step label="Next (J)" onClick={onNext}>
          <IconChevronDown size={18} stroke={1.5} aria-hidden="true" />
        </Step>
        <CloseButton aria-label="Close" onClick={onClose} />
      </header>
      <div className={classes.body}>{children}</div>
    </Modal>
  );
}

function Step({ label, onClick, children }: { label: string; onClick: (() => void) | undefined; children: ReactNode }): ReactNode {
  return (
    <Tooltip label={label} withinPortal={false}>
      <ActionIcon aria-label={label} disabled={onClick === undefined} onClick={() => onClick?.()}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
