/** What a role may see of each dataset: which rows, and which columns only behind a mask. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CatalogAnswer } from '../../../../../shared/contract/catalog.ts';
import type { DatasetRule, DatasetRules } from '../../../../../shared/model/policy.ts';
import { catalogQuery } from '../../../../data/catalog.ts';
import type { Option } from '../../../../ui/pick.ts';
import { Picker } from '../../../../ui/Picker.tsx';
import { fieldOptions } from '../../../explore/choices.ts';
import { MaskEditor } from './MaskEditor.tsx';
import { RowsEditor } from './RowsEditor.tsx';
import classes from './Rules.module.css';

/** What the editor takes. */
export interface RulesEditorProps {
  rules: DatasetRules;
  /** attributes of people that a filter can take its values from */
  attributes: readonly string[];
  isReadOnly: boolean;
  onChange: (rules: DatasetRules) => void;
}

const noRule: DatasetRule = { rows: [], masks: [] };

/** Fields of a dataset to choose from. */
function fieldsOf(dataset: string, catalog: CatalogAnswer | undefined): Option[] {
  if (dataset === 'events') return fieldOptions(catalog);
  const fields = catalog?.datasets.find(({ name }) => name === dataset)?.fields ?? [];
  return fields.map(({ field, title, type }) => ({ value: field, label: title, hint: type }));
}

/** The editor, one part a dataset; events are always there. */
export function RulesEditor({ rules, attributes, isReadOnly, onChange }: RulesEditorProps): ReactNode {
  const { data: catalog } = useQuery(catalogQuery);
  const known = (catalog?.datasets ?? []).map(({ name }) => name);
  const shown = [...new Set(['events', ...Object.keys(rules)])];
  const others = known.filter((name) => !shown.includes(name));
  const set = (dataset: string, rule: DatasetRule): void => onChange({ ...rules, [dataset]: rule });
  return (
    <div className={classes.datasets}>
      {shown.map((dataset) => (
        <DatasetPart
          key={dataset}
          dataset={dataset}
          isAlone={shown.length === 1}
          rule={rules[dataset] ?? noRule}
          fields={fieldsOf(dataset, catalog)}
          attributes={attributes}
          isReadOnly={isReadOnly}
          onChange={(rule) => set(dataset, rule)}
        />
      ))}
      {!isReadOnly && others.length > 0 && (
        <div>
          <Picker
            label="Find a dataset"
            options={others.map((name) => ({ value: name, label: name }))}
            onPick={(dataset) => set(dataset, noRule)}
            button={(props) => (
              <Button {...props} variant="default" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.5} aria-hidden="true" />}>
                Limit another dataset
              </Button>
            )}
          />
        </div>
      )}
    </div>
  );
}

interface DatasetPartProps {
  dataset: string;
  /** its name need not be seen */
  isAlone: boolean;
  rule: DatasetRule;
  fields: readonly Option[];
  attributes: readonly string[];
  isReadOnly: boolean;
  onChange: (rule: DatasetRule) => void;
}

function DatasetPart({ dataset, isAlone, rule, fields, attributes, isReadOnly, onChange }: DatasetPartProps): ReactNode {
  return (
    <section aria-label={`What is seen of ${dataset}`} className={classes.dataset}>
      <h3 className={isAlone ? 'bw-hidden' : classes.name}>{dataset}</h3>
      <RowsEditor
        rows={rule.rows}
        fields={fields}
        attributes={attributes}
        isReadOnly={isReadOnly}
        onChange={(rows) => onChange({ ...rule, rows })}
      />
      <MaskEditor masks={rule.masks} fields={fields} isReadOnly={isReadOnly} onChange={(masks) => onChange({ ...rule, masks })} />
    </section>
  );
}
