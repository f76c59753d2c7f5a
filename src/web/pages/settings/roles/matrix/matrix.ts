/** The matrix of permissions: which cells there are, what a row or column holds, where arrows lead, and what changed. */
import { operationsByResource } from '../../../../../shared/model/permission.ts';
import type { Permission, Resource } from '../../../../../shared/model/permission.ts';

/** Resources in the order of the rows. */
export const resources = Object.keys(operationsByResource) as Resource[];

const order = ['read', 'edit', 'write', 'run', 'export', 'import', 'delete', 'share', 'approve', 'manage'];

/** Operations in the order of the columns. */
export const operations: readonly string[] = [...new Set(Object.values(operationsByResource).flat() as string[])].sort(
  (a, b) => order.indexOf(a) - order.indexOf(b),
);

/** The permission of a cell; null where the resource has no such operation. */
export function permissionAt(resource: Resource, operation: string): Permission | null {
  const has = (operationsByResource[resource] as readonly string[]).includes(operation);
  return has ? (`${resource}:${operation}` as Permission) : null;
}

/** All permissions of a row. */
export function permissionsOfRow(resource: Resource): Permission[] {
  return operations.map((operation) => permissionAt(resource, operation)).filter((one) => one !== null);
}

/** All permissions of a column. */
export function permissionsOfColumn(operation: string): Permission[] {
  return resources.map((resource) => permissionAt(resource, operation)).filter((one) => one !== null);
}

/** How much of `some` is picked. */
export function extent(some: readonly Permission[], picked: ReadonlySet<Permission>): 'all' | 'some' | 'none' {
  const count = some.filter((one) => picked.has(one)).length;
  return count === 0 ? 'none' : count === some.length ? 'all' : 'some';
}

/** `picked` after a press on a row or column: all of `some`, or none if all were in. What may not be given stays as it is. */
export function toggleAll(
  some: readonly Permission[],
  picked: ReadonlySet<Permission>,
  mayGive: (one: Permission) => boolean,
): Set<Permission> {
  const free = some.filter((one) => mayGive(one) || picked.has(one));
  const isFull = extent(free, picked) === 'all';
  const next = new Set(picked);
  for (const one of free) {
    if (isFull) next.delete(one);
    else if (mayGive(one)) next.add(one);
  }
  return next;
}

/** A place in the grid: row 0 is the head, column 0 the names of the rows. */
export interface Place {
  row: number;
  column: number;
}

function isCell({ row, column }: Place): boolean {
  if (row < 0 || column < 0 || row > resources.length || column > operations.length || (row === 0 && column === 0)) return false;
  if (row === 0 || column === 0) return true;
  return permissionAt(resources[row - 1] as Resource, operations[column - 1] as string) !== null;
}

const steps: Readonly<Record<string, Place>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** Where `key` leads from a place: to the next cell on that way, over gaps; null where there is none, or it is no such key. */
export function moveBy(key: string, from: Place): Place | null {
  if (key === 'Home') return { row: from.row, column: from.row === 0 ? 1 : 0 };
  if (key === 'End') {
    for (let column = operations.length; column > from.column; column--)
      if (isCell({ row: from.row, column })) return { row: from.row, column };
    return null;
  }
  const step = steps[key];
  if (step === undefined) return null;
  for (
    let at = { row: from.row + step.row, column: from.column + step.column };
    ;
    at = { row: at.row + step.row, column: at.column + step.column }
  ) {
    if (at.row < 0 || at.column < 0 || at.row > resources.length || at.column > operations.length) return null;
    if (isCell(at)) return at;
  }
}

/** What each resource is, in a few words. */
export const resourceWords: Readonly<Record<Resource, string>> = {
  events: 'single events, and all that is counted from them',
  datasets: 'tables to ask about',
  sql: 'questions written as SQL',
  metrics: 'figures with a name',
  dashboards: 'boards and their panels',
  alerts: 'conditions that call somebody',
  reports: 'boards sent by mail',
  sources: 'where events come from',
  models: 'forecasts and segments',
  autopilot: 'what acts by itself',
  incidents: 'what looked suspicious or broke',
  notifications: 'channels and webhooks',
  people: 'members, groups, invitations',
  roles: 'what members may do and see',
  keys: 'write and API keys, embedding',
  audit: 'who did what',
  privacy: 'erasing and giving out personal data',
  workspace: 'name, rules, the watch',
};
