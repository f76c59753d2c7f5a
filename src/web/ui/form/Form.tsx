/** A form: its fields under each other, and one call when it is sent. */
import type { FormEvent, ReactNode } from 'react';
import classes from './Form.module.css';

/** What the form shows and does. */
export interface FormProps {
  /** names the form to a screen reader, where its heading does not */
  label?: string;
  /** so that a button outside can send it */
  id?: string;
  /** the fields by name, once the browser finds all of them right */
  onSubmit: (fields: FormData) => void;
  children: ReactNode;
}

/** The form. Fields say themselves what is wrong with them. */
export function Form({ label, id, onSubmit, children }: FormProps): ReactNode {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // a form in a dialog may stand inside another form's page: React tells both
    event.stopPropagation();
    onSubmit(new FormData(event.currentTarget));
  };
  return (
    <form className={classes.form} aria-label={label} id={id} onSubmit={submit}>
      {children}
    </form>
  );
}

/** Buttons at the end of a form; the one that sends it stands first. */
export function FormButtons({ children }: { children: ReactNode }): ReactNode {
  return <div className={classes.buttons}>{children}</div>;
}

/** Fields beside each other where there is room. */
export function FormRow({ children }: { children: ReactNode }): ReactNode {
  return <div className={classes.row}>{children}</div>;
}

/** The text of a field; '' where it is empty or missing. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
