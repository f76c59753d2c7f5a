/** Versions of (workspace, dataset, UTC hour): a kept answer counts as long as the versions of its hours are the same. */
import type { CommitNotice } from '../../ports/accepted.ts';

/** What was changed when, by version. */
export interface Cells {
  /** Raises the versions of what a commit, delete or mutation changed. */
  bump(notice: Pick<CommitNotice, 'workspaceId' | 'dataset' | 'hours'>): void;
  /**
   * The version of the events of the UTC epoch hours `[fromHour, toHour)`. It differs from every earlier one once any of
   * them was changed, and may differ without a change after very many.
   */
  cellVersion(workspaceId: string, dataset: string, fromHour: number, toHour: number): number;
}

/** Hours and days of one dataset, each with its version. */
interface DatasetCells {
  /** no hour counts as older than this */
  floor: number;
  versionByHour: Map<number, number>;
  versionByDay: Map<number, number>;
}

/** Hours that are remembered by themselves in one dataset: eleven years. */
const maxHours = 100_000;
const hoursPerDay = 24;

/** No cell changed yet. Versions start above those of an earlier process when `firstVersion` is the time. */
export function createCells(firstVersion = 0): Cells {
  const datasets = new Map<string, DatasetCells>();
  let version = firstVersion;

  function datasetOf(workspaceId: string, dataset: string): DatasetCells {
    const key = `${workspaceId}\n${dataset}`;
    let cells = datasets.get(key);
    if (!cells) datasets.set(key, (cells = { floor: firstVersion, versionByHour: new Map(), versionByDay: new Map() }));
    return cells;
  }

  return {
    bump({ workspaceId, dataset, hours }) {
      const cells = datasetOf(workspaceId, dataset);
      version++;
      if (hours === null) return raiseFloor(cells, version);
      for (const hour of hours) {
        cells.versionByHour.set(hour, version);
        cells.versionByDay.set(Math.floor(hour / hoursPerDay), version);
      }
      if (cells.versionByHour.size > maxHours) forgetOldest(cells);
    },

    cellVersion(workspaceId, dataset, fromHour, toHour) {
      const cells = datasets.get(`${workspaceId}\n${dataset}`);
      return cells ? newestIn(cells, fromHour, toHour) : firstVersion;
    },
  };
}

function raiseFloor(cells: DatasetCells, version: number): void {
  cells.floor = version;
  cells.versionByHour.clear();
  cells.versionByDay.clear();
}

/** Lets the half of the hours go that was changed longest ago; the floor takes their place, so that no change is missed. */
function forgetOldest(cells: DatasetCells): void {
  const versions = [...cells.versionByHour.values()].sort((a, b) => a - b);
  const floor = versions[versions.length >> 1] ?? cells.floor;
  cells.floor = floor;
  for (const versionBy of [cells.versionByHour, cells.versionByDay]) {
    for (const [key, version] of versionBy) if (version <= floor) versionBy.delete(key);
  }
}

function newestIn({ floor, versionByHour, versionByDay }: DatasetCells, fromHour: number, toHour: number): number {
  if (toHour - fromHour > versionByHour.size) return newestOfAll(floor, versionByHour, fromHour, toHour);
  let newest = floor;
  for (let hour = fromHour; hour < toHour;) {
    const day = hour / hoursPerDay;
    const isWholeDay = Number.isInteger(day) && hour + hoursPerDay <= toHour;
    const version = isWholeDay ? versionByDay.get(day) : versionByHour.get(hour);
    if (version !== undefined && version > newest) newest = version;
    hour += isWholeDay ? hoursPerDay : 1;
  }
  return newest;
}

/** The same for a range with more hours than were ever changed. */
function newestOfAll(floor: number, versionByHour: Map<number, number>, fromHour: number, toHour: number): number {
  let newest = floor;
  for (const [hour, version] of versionByHour) if (hour >= fromHour && hour < toHour && version > newest) newest = version;
  return newest;
}
