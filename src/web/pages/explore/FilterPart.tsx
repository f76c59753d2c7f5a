/** The filters of a question. */
import { Popover } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Filter } from '../../data/condition-text.ts';
import { takesNone } from '../../data/condition-text.ts';
import type { Period } from '../../data/period.ts';
import { useMayLeave } from '../../ui/in-dialog.ts';
import { PickList } from '../../ui/PickList.tsx';
import picker from '../../ui/Picker.module.css';
import type { Option } from '../../ui/pick.ts';
import { AddChip, Chip } from './Chip.tsx';
import { typedField } from './choices.ts';
import { FilterEditor } from './FilterEditor.tsx';
import { filterWords } from './words.ts';

interface FilterPartProps {
  filters: readonly Filter[];
  fields: readonly Option[];
  period: Period;
  /** values to offer before those of the data */
  suggestions?: readonly Option[];
  onChange: (filters: Filter[]) => void;
}

/** A filter without values says nothing yet and is not asked. */
function isComplete(filter: Filter): boolean {
  return takesNone(filter.operator) || filter.values.length > 0;
}

/** The chips of all filters, and the one that adds another. */
export function FilterPart({ filters, fields, period, suggestions = [], onChange }: FilterPartProps): ReactNode {
  const replace = (at: number, filter: Filter | null): void =>
    onChange(filters.flatMap((one, index) => (index === at ? (filter === null ? [] : [filter]) : [one])));
  return (
    <>
      {filters.map((filter, at) => (
        <FilterChip
          key={at}
          filter={filter}
          fields={fields}
          period={period}
          suggestions={suggestions}
          onChange={(next) => replace(at, next)}
        />
      ))}
      <FilterChip
        key={`new ${filters.length}`}
        filter={null}
        fields={fields}
        period={period}
        suggestions={suggestions}
        onChange={(filter) => filter !== null && onChange([...filters, filter])}
      />
    </>
  );
}

interface FilterChipProps {
  /** null: a new one */
  filter: Filter | null;
  fields: readonly Option[];
  period: Period;
  suggestions: readonly Option[];
  onChange: (filter: Filter | null) => void;
}

function FilterChip({ filter, fields, period, suggestions, onChange }: FilterChipProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const mayLeave = useMayLeave();
  const [draft, setDraft] = useState<Filter | null>(filter);
  const open = (): void => {
    setDraft(filter);
    setIsOpen(true);
  };
  const close = (): void => {
    setIsOpen(false);
    if (draft !== null && isComplete(draft)) onChange(draft);
  };
  const button = { onClick: isOpen ? close : open, 'aria-expanded': isOpen, 'aria-haspopup': 'dialog' as const };
  return (
    <Popover
      opened={isOpen}
      onChange={(next) => !next && close()}
      position="bottom-start"
      width={320}
      trapFocus
      returnFocus
      withRoles={false}
      withinPortal={mayLeave}
    >
      <Popover.Target>
        {filter === null ? (
          <AddChip text="+ filter" {...button} />
        ) : (
          <Chip text={filterWords(filter)} label="Change the filter" onRemove={() => onChange(null)} {...button} />
        )}
      </Popover.Target>
      <Popover.Dropdown className={picker.drop ?? ''} role="dialog" aria-label="Filter">
        {draft === null ? (
          <PickList
            label="Filter by which field"
            options={fields}
            onPick={(field) => setDraft({ field, operator: 'is', values: [] })}
            offerTyped={typedField}
          />
        ) : (
          <FilterEditor filter={draft} period={period} suggestions={suggestions} onChange={setDraft} onDone={close} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
