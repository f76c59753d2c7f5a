/** How records of a file become events: which column is what. Kept with the import, so that it resumes with the same. */
import type { TimeFormat } from './time-format.ts';

/** Types that cells of text files are given; `auto` looks at each cell by itself. */
export const cellTypes = ['text', 'number', 'boolean', 'json', 'auto'] as const;
/** One of {@link cellTypes}. */
export type CellType = (typeof cellTypes)[number];

/** How records become events. Columns of JSON may be paths such as `meta.at`. */
export interface Mapping {
  /** name of each event: a column, or the same for all */
  name: { column: string } | { constant: string };
  /** null: each event happens when it is imported */
  time: { column: string; format: TimeFormat } | null;
  /** zone of times that name none */
  timezone: string;
  user: string | null;
  anonymous: string | null;
  session: string | null;
  /** null: ids are made from the content of the file and the record's position */
  id: string | null;
  /** a column that holds an object of properties */
  root: string | null;
  /** columns that become properties; null: all that have no other role */
  properties: string[] | null;
  /** types of cells by column; empty where the file itself has types */
  cells: Record<string, CellType>;
}

/** The columns that `mapping` uses for something else than a property. */
export function rolesByColumn(mapping: Mapping): Map<string, string> {
  const roles = new Map<string, string>();
  const add = (column: string | null, role: string) => {
    if (column !== null) roles.set(column, role);
  };
  add('column' in mapping.name ? mapping.name.column : null, 'name');
  add(mapping.time?.column ?? null, 'time');
  add(mapping.user, 'user');
  add(mapping.anonymous, 'anonymous');
  add(mapping.session, 'session');
  add(mapping.id, 'id');
  add(mapping.root, 'properties');
  return roles;
}
