/** Something that is on or off: a box to tick, a switch, or one of several rings. All are the browser's own inputs. */
import { useId } from 'react';
import type { ReactNode } from 'react';
import classes from './Tick.module.css';

/** What a tick takes. Without `isOn` the form keeps it and gives "on" by `name` when it is sent. */
export interface TickProps {
  label: ReactNode;
  name?: string;
  /** given by the form instead of "on" */
  value?: string;
  help?: ReactNode;
  isOn?: boolean;
  isOnAtFirst?: boolean;
  onChange?: (isOn: boolean) => void;
  isDisabled?: boolean;
  /** the label is only for screen readers */
  isLabelHidden?: boolean;
}

function Tick({ kind, ...props }: TickProps & { kind: 'box' | 'switch' | 'ring' }): ReactNode {
  const { label, name, value, help, isOn, isOnAtFirst, onChange, isDisabled = false, isLabelHidden = false } = props;
  const id = useId();
  return (
    <div className={classes.line} data-disabled={isDisabled || undefined}>
      <input
        id={id}
        className={classes[kind]}
        type={kind === 'ring' ? 'radio' : 'checkbox'}
        {...(kind === 'switch' ? { role: 'switch' } : {})}
        name={name}
        value={value}
        {...(isOn === undefined ? { defaultChecked: isOnAtFirst } : { checked: isOn })}
        disabled={isDisabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(change) => onChange?.(change.currentTarget.checked)}
      />
      <div className={isLabelHidden ? 'bw-hidden' : classes.words}>
        <label htmlFor={id} className={classes.label}>
          {label}
        </label>
        {help !== undefined && (
          <div id={`${id}-help`} className={classes.help}>
            {help}
          </div>
        )}
      </div>
    </div>
  );
}

/** A box to tick: part of a form that is sent. */
export function Checkbox(props: TickProps): ReactNode {
  return <Tick kind="box" {...props} />;
}

/** A switch: what it says takes effect at once. */
export function Switch(props: TickProps): ReactNode {
  return <Tick kind="switch" {...props} />;
}

/** One of several things to choose, each with a line of its own. */
export interface RingChoice {
  value: string;
  label: ReactNode;
  help?: ReactNode;
  isDisabled?: boolean;
}

/** What the rings take. Without `value` the form keeps the choice. */
export interface RingFieldProps {
  label: string;
  name: string;
  choices: readonly RingChoice[];
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
}

/** A few things to choose from that need a word of explanation each. */
export function RingField({ label, name, choices, value, defaultValue, onChange }: RingFieldProps): ReactNode {
  return (
    <fieldset className={classes.rings}>
      <legend className={classes.legend}>{label}</legend>
      {choices.map((choice) => (
        <Tick
          key={choice.value}
          kind="ring"
          name={name}
          value={choice.value}
          label={choice.label}
          help={choice.help}
          isDisabled={choice.isDisabled ?? false}
          {...(value === undefined ? { isOnAtFirst: choice.value === defaultValue } : { isOn: choice.value === value })}
          onChange={() => onChange?.(choice.value)}
        />
      ))}
    </fieldset>
  );
}

/** Several ticks under one name. */
export function TickGroup({ label, help, children }: { label: string; help?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <fieldset className={classes.rings}>
      <legend className={classes.legend}>{label}</legend>
      {help !== undefined && <div className={classes.help}>{help}</div>}
      {children}
    </fieldset>
  );
}
