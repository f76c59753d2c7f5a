/** Which rows of a dataset are seen: filters that all hold, with values of their own or of whoever looks. */
import { CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DatasetRule } from '../../../../../shared/model/policy.ts';
import { preferredZone } from '../../../../data/period.ts';
import type { Option } from '../../../../ui/pick.ts';
import { FilterPart } from '../../../explore/FilterPart.tsx';
import { conditionOf, conditionWords, filtersOf } from './rule-words.ts';
import classes from './Rules.module.css';

/** What the editor takes. */
export interface RowsEditorProps {
  rows: DatasetRule['rows'];
  fields: readonly Option[];
  attributes: readonly string[];
  isReadOnly: boolean;
  onChange: (rows: DatasetRule['rows']) => void;
}

function placeholders(attributes: readonly string[]): Option[] {
  return [...new Set([...attributes, 'id', 'email'])].map((name) => ({
    value: `{person.${name}}`,
    label: `{person.${name}}`,
    hint: 'of whoever looks',
    group: 'Of the person',
  }));
}

/** The editor; conditions that are more than tests of one field are shown in words, and can be taken out. */
export function RowsEditor({ rows, fields, attributes, isReadOnly, onChange }: RowsEditorProps): ReactNode {
  const simple = rows.flatMap((row) => filtersOf(row) ?? []);
  const others = rows.filter((row) => filtersOf(row) === null);
  return (
    <div className={classes.part}>
      <h4 className={classes.title}>Rows</h4>
      <div className={classes.filters}>
        <span className={classes.lead}>{rows.length === 0 ? 'Every row is seen.' : 'Only rows where'}</span>
        {isReadOnly ? (
          <span className={classes.words}>{rows.map(conditionWords).join(' and ')}</span>
        ) : (
          <>
            {others.map((row, at) => (
              <span key={at} className={classes.fixed}>
                {conditionWords(row)}
                <CloseButton
                  size="sm"
                  aria-label={`Remove ${conditionWords(row)}`}
                  onClick={() => onChange(rows.filter((one) => one !== row))}
                />
              </span>
            ))}
            <FilterPart
              filters={simple}
              fields={fields}
              period={{ range: '30d', zone: preferredZone() }}
              suggestions={placeholders(attributes)}
              onChange={(filters) => onChange([...others, ...filters.map(conditionOf)])}
            />
          </>
        )}
      </div>
      {!isReadOnly && (
        <p className="bw-quiet bw-small">
          All filters hold together. A value <code>{'{person.sellerId}'}</code> stands for that attribute of whoever looks; who has no such
          attribute sees no row at all.
        </p>
      )}
    </div>
  );
}
