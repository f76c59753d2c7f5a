/** Which columns of a dataset are seen only behind a mask, each with an example of what it makes of a value. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconArrowRight, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Mask } from '../../../../../shared/model/policy.ts';
import { fieldName } from '../../../../data/question.ts';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import type { Option } from '../../../../ui/pick.ts';
import { Picker } from '../../../../ui/Picker.tsx';
import { typedField } from '../../../explore/choices.ts';
import { maskExample, maskWords } from './rule-words.ts';
import classes from './Rules.module.css';

/** What the editor takes. */
export interface MaskEditorProps {
  masks: readonly Mask[];
  fields: readonly Option[];
  isReadOnly: boolean;
  onChange: (masks: Mask[]) => void;
}

const kinds: { value: Mask['as']; label: string }[] = [
  { value: 'hide', label: 'hidden' },
  { value: 'hash', label: 'as a fingerprint' },
  { value: 'last4', label: 'last four characters' },
  { value: 'bucket', label: 'in steps of' },
];

function withKind(mask: Mask, as: Mask['as']): Mask {
  return as === 'bucket' ? { field: mask.field, as, step: mask.step ?? 10 } : { field: mask.field, as };
}

/** The editor. */
export function MaskEditor({ masks, fields, isReadOnly, onChange }: MaskEditorProps): ReactNode {
  const free = fields.filter(({ value }) => !masks.some((mask) => mask.field === value) && !value.startsWith('time'));
  const replace = (at: number, next: Mask | null): void =>
    onChange(masks.flatMap((one, index) => (index === at ? (next === null ? [] : [next]) : [one])));
  return (
    <div className={classes.part}>
      <h4 className={classes.title}>Masked columns</h4>
      {masks.length === 0 && <span className={classes.lead}>Every column is seen as it is.</span>}
      {masks.length > 0 && (
        <ul className={classes.masks}>
          {masks.map((mask, at) => (
            <MaskLine key={mask.field} mask={mask} isReadOnly={isReadOnly} onChange={(next) => replace(at, next)} />
          ))}
        </ul>
      )}
      {!isReadOnly && (
        <>
          <div>
            <Picker
              label="Find a field to mask"
              options={free}
              offerTyped={typedField}
              onPick={(field) => onChange([...masks, { field, as: 'hide' }])}
              button={(props) => (
                <Button {...props} variant="default" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.5} aria-hidden="true" />}>
                  Mask a column
                </Button>
              )}
            />
          </div>
          <p className="bw-quiet bw-small">A mask holds wherever the column is used: shown, filtered, grouped, measured and exported.</p>
        </>
      )}
    </div>
  );
}

interface MaskLineProps {
  mask: Mask;
  isReadOnly: boolean;
  onChange: (mask: Mask | null) => void;
}

function MaskLine({ mask, isReadOnly, onChange }: MaskLineProps): ReactNode {
  const name = fieldName(mask.field);
  const { before, after } = maskExample(mask.as, mask.step);
  const example = (
    <span className={classes.example}>
      <span className="bw-hidden">For example </span>
      <code>{before}</code>
      <IconArrowRight size={14} stroke={1.5} aria-label="becomes" />
      <code>{after}</code>
    </span>
  );
  if (isReadOnly)
    return (
      <li className={classes.mask}>
        <span className={classes.field}>{maskWords(mask)}</span>
        {example}
      </li>
    );
  return (
    <li className={classes.mask}>
      <span className={classes.field} dir="auto">
        {name}
      </span>
      <span className={classes.kind}>
        <SelectField
          label={`How ${name} is masked`}
          isLabelHidden
          name={`mask ${mask.field}`}
          size="xs"
          value={mask.as}
          choices={kinds}
          onChange={(as) => onChange(withKind(mask, as as Mask['as']))}
        />
        {mask.as === 'bucket' && (
          <TextInput
            size="xs"
            type="number"
            min={0}
            step="any"
            required
            aria-label={`Width of a step of ${name}`}
            className={classes.step ?? ''}
            value={String(mask.step ?? '')}
            onChange={(change) => {
              const step = change.currentTarget.valueAsNumber;
              if (step > 0) onChange({ ...mask, step });
            }}
          />
        )}
      </span>
      {example}
      <CloseButton size="sm" aria-label={`Show ${name} as it is`} onClick={() => onChange(null)} />
    </li>
  );
}
