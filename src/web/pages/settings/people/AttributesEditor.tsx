/** What is known of a member beyond the account: names and values, for the row filters of roles. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TypedAttribute } from './attributes-text.ts';
import classes from './People.module.css';

/** What the editor takes. */
export interface AttributesEditorProps {
  attributes: readonly TypedAttribute[];
  /** names that the roles of the workspace ask for */
  known: readonly string[];
  onChange: (attributes: TypedAttribute[]) => void;
  isReadOnly?: boolean;
}

/** The editor. */
export function AttributesEditor({ attributes, known, onChange, isReadOnly = false }: AttributesEditorProps): ReactNode {
  const replace = (at: number, next: TypedAttribute | null): void =>
    onChange(attributes.flatMap((one, index) => (index === at ? (next === null ? [] : [next]) : [one])));
  const missing = known.filter((name) => !attributes.some((attribute) => attribute.name === name));
  const add = (name: string): void => onChange([...attributes, { name, text: '' }]);
  return (
    <fieldset className={classes.attributes}>
      <legend>Attributes</legend>
      <p className="bw-quiet bw-small">
        Roles can let somebody see only rows of their own: a filter by <code>{'{person.sellerId}'}</code> takes the value from here. Several
        values with commas between; a number that is text in quotes.
      </p>
      {attributes.map((attribute, at) => (
        <div key={at} className={classes.attribute}>
          <TextInput
            size="xs"
            aria-label={`Name of attribute ${at + 1}`}
            placeholder="sellerId"
            value={attribute.name}
            readOnly={isReadOnly}
            maxLength={64}
            spellCheck={false}
            classNames={{ input: 'bw-mono' }}
            onChange={(change) => replace(at, { ...attribute, name: change.currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`Value of ${attribute.name === '' ? `attribute ${at + 1}` : attribute.name}`}
            placeholder="s-17"
            value={attribute.text}
            readOnly={isReadOnly}
            maxLength={4_000}
            spellCheck={false}
            classNames={{ input: 'bw-mono' }}
            onChange={(change) => replace(at, { ...attribute, text: change.currentTarget.value })}
          />
          {!isReadOnly && (
            <CloseButton
              aria-label={`Remove ${attribute.name === '' ? `attribute ${at + 1}` : attribute.name}`}
              onClick={() => replace(at, null)}
            />
          )}
        </div>
      ))}
      {!isReadOnly && (
        <div className={classes.adds}>
          {missing.map((name) => (
            <AddButton key={name} onClick={() => add(name)}>
              {name}
            </AddButton>
          ))}
          <AddButton onClick={() => add('')}>attribute</AddButton>
        </div>
      )}
    </fieldset>
  );
}

function AddButton({ onClick, children }: { onClick: () => void; children: ReactNode }): ReactNode {
  return (
    <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.5} aria-hidden="true" />} onClick={onClick}>
      {children}
    </Button>
  );
}
