/** Resources by operations as a table of boxes: rows and columns at once by their heads, arrows from box to box, changes marked. */
import { useRef, useState } from 'react';
import type { FocusEvent, KeyboardEvent, ReactNode } from 'react';
import type { Permission, Resource } from '../../../../../shared/model/permission.ts';
import {
  extent,
  moveBy,
  operations,
  permissionAt,
  permissionsOfColumn,
  permissionsOfRow,
  resources,
  resourceWords,
  toggleAll,
} from './matrix.ts';
import type { Place } from './matrix.ts';
import classes from './PermissionMatrix.module.css';

/** What the matrix takes. */
export interface PermissionMatrixProps {
  picked: ReadonlySet<Permission>;
  /** as they were saved: what differs is marked */
  before: ReadonlySet<Permission>;
  /** what one may give; the rest can only be taken away */
  mayGive: (permission: Permission) => boolean;
  isReadOnly: boolean;
  onChange: (picked: Set<Permission>) => void;
}

const placeId = ({ row, column }: Place): string => `${row}:${column}`;

/** The matrix. Tab reaches one box; arrows, Home and End lead on. */
export function PermissionMatrix({ picked, before, mayGive, isReadOnly, onChange }: PermissionMatrixProps): ReactNode {
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<Place>({ row: 1, column: 1 });
  const onKeyDown = (key: KeyboardEvent): void => {
    const to = moveBy(key.key, at);
    if (to === null) return;
    key.preventDefault();
    setAt(to);
    table.current?.querySelector<HTMLElement>(`[data-place="${placeId(to)}"]`)?.focus();
  };
  const onFocus = (focus: FocusEvent): void => {
    const place = (focus.target as HTMLElement).dataset['place']?.split(':').map(Number);
    if (place !== undefined) setAt({ row: place[0] ?? 1, column: place[1] ?? 1 });
  };
  const box = (place: Place) => ({ 'data-place': placeId(place), tabIndex: placeId(place) === placeId(at) ? 0 : -1 });
  const many = (some: readonly Permission[], place: Place, label: string): ReactNode => (
    <ManyBox
      {...box(place)}
      label={label}
      extent={extent(some, picked)}
      isDisabled={isReadOnly || !some.some((one) => mayGive(one) || picked.has(one))}
      onPress={() => onChange(toggleAll(some, picked, mayGive))}
    />
  );
  const toggle = (permission: Permission): void => {
    const next = new Set(picked);
    if (!next.delete(permission)) next.add(permission);
    onChange(next);
  };
  return (
    <div className={classes.place} role="group" aria-label="Permissions, scrolls sideways">
      <table ref={table} className={classes.matrix} role="grid" aria-label="Permissions" onKeyDown={onKeyDown} onFocus={onFocus}>
        <thead>
          <tr>
            <th scope="col">
              <span className="bw-hidden">Resource</span>
            </th>
            {operations.map((operation, index) => (
              <th key={operation} scope="col">
                <span className={classes.head}>
                  {operation}
                  {!isReadOnly && many(permissionsOfColumn(operation), { row: 0, column: index + 1 }, `All to ${operation}`)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {resources.map((resource, index) => (
            <tr key={resource}>
              <th scope="row">
                <span className={classes.row}>
                  {!isReadOnly && many(permissionsOfRow(resource), { row: index + 1, column: 0 }, `All of ${resource}`)}
                  <span>
                    {resource}
                    <span className={classes.about}>{resourceWords[resource]}</span>
                  </span>
                </span>
              </th>
              {operations.map((operation, column) => (
                <Cell
                  key={operation}
                  resource={resource}
                  operation={operation}
                  picked={picked}
                  before={before}
                  mayGive={mayGive}
                  isReadOnly={isReadOnly}
                  box={box({ row: index + 1, column: column + 1 })}
                  onToggle={toggle}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps extends Omit<PermissionMatrixProps, 'onChange'> {
  resource: Resource;
  operation: string;
  box: { 'data-place': string; tabIndex: number };
  onToggle: (permission: Permission) => void;
}

function Cell({ resource, operation, picked, before, mayGive, isReadOnly, box, onToggle }: CellProps): ReactNode {
  const permission = permissionAt(resource, operation);
  if (permission === null) return <td className={classes.gap} />;
  const isOn = picked.has(permission);
  const change = isOn === before.has(permission) ? undefined : isOn ? 'given' : 'taken';
  const isShut = !isReadOnly && !isOn && !mayGive(permission);
  return (
    <td data-change={change} title={isShut ? 'You do not have it yourself' : undefined}>
      <input
        {...box}
        className={classes.box}
        type="checkbox"
        aria-label={`${resource}: ${operation}${change === undefined ? '' : `, ${change}`}`}
        checked={isOn}
        aria-disabled={isReadOnly || isShut || undefined}
        data-shut={isShut || undefined}
        onChange={() => !isReadOnly && !isShut && onToggle(permission)}
      />
    </td>
  );
}

interface ManyBoxProps {
  'data-place': string;
  tabIndex: number;
  label: string;
  extent: 'all' | 'some' | 'none';
  isDisabled: boolean;
  onPress: () => void;
}

function ManyBox({ label, extent: much, isDisabled, onPress, ...box }: ManyBoxProps): ReactNode {
  return (
    <input
      {...box}
      className={`${classes.box} ${classes.many}`}
      type="checkbox"
      aria-label={label}
      checked={much === 'all'}
      aria-disabled={isDisabled || undefined}
      ref={(element) => {
        if (element !== null) element.indeterminate = much === 'some';
      }}
      onChange={() => !isDisabled && onPress()}
    />
  );
}
