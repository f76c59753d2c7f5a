/** A button for what cannot be taken back, or hurts. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './DangerButton.module.css';

/** What the button shows and does. */
export interface DangerButtonProps {
  children: ReactNode;
  onClick?: () => void;
  isBusy?: boolean;
  isDisabled?: boolean;
  /** filled: the last step of a dialog; else it opens that dialog */
  isFilled?: boolean;
  type?: 'button' | 'submit';
  size?: 'sm' | 'compact-sm';
}

/** The button. */
export function DangerButton({
  children,
  onClick,
  isBusy = false,
  isDisabled = false,
  isFilled = false,
  type = 'button',
  size = 'sm',
}: DangerButtonProps): ReactNode {
  return (
    <Button
      className={isFilled ? classes.filled : classes.plain}
      variant="default"
      type={type}
      size={size}
      loading={isBusy}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
