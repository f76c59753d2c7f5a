/** A word of the question that one can change, and take out where it can be missed. */
import { IconX } from '@tabler/icons-react';
import type { ReactNode, Ref } from 'react';
import classes from './Sentence.module.css';

interface ChipProps {
  text: string;
  /** what a press changes */
  label: string;
  onRemove?: (() => void) | undefined;
  onClick?: () => void;
  'aria-expanded'?: boolean;
  'aria-haspopup'?: 'dialog';
  /** of the popover that hangs on it */
  className?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** The chip. */
export function Chip({ text, label, onRemove, ref, className, ...button }: ChipProps): ReactNode {
  return (
    <span className={classes.chip}>
      <button
        type="button"
        ref={ref}
        className={`${classes.word} ${className ?? ''}`}
        aria-label={`${text}. ${label}`}
        dir="auto"
        {...button}
      >
        {text}
      </button>
      {onRemove !== undefined && (
        <button type="button" className={classes.remove} aria-label={`Remove ${text}`} onClick={onRemove}>
          <IconX size={13} stroke={1.75} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}

/** A press adds another word of its kind. */
export function AddChip({ text, ref, className, ...button }: Omit<ChipProps, 'label' | 'onRemove'>): ReactNode {
  return (
    <button type="button" ref={ref} className={`${classes.add} ${className ?? ''}`} {...button}>
      {text}
    </button>
  );
}
