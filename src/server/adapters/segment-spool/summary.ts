/** What a segment adds up to: tallies, cells and watermarks, kept in memory while its rows may lie on disk only. */
import type { PendingTally, SealedSegment, SpoolTable, Tally } from '../../ports/spool.ts';
import { type Frame, type FrameMeta, frameKeys } from './frame.ts';

interface SourceTally {
  workspaceId: string;
  source: string;
  tally: Tally;
  events: number;
}

/** The sums of a segment's frames. */
export interface Summary {
  rows: number;
  events: number;
  /** the earliest `received` of its frames, epoch ms; null while empty */
  oldestMs: number | null;
  tallyBySource: Map<string, SourceTally>;
}

/** The sums of no frame. */
export function emptySummary(): Summary {
  return { rows: 0, events: 0, oldestMs: null, tallyBySource: new Map() };
}

/** The sums of `frames`. */
export function summarize(frames: readonly Frame[]): Summary {
  const summary = emptySummary();
  for (const { meta } of frames) addFrame(summary, meta);
  return summary;
}

/** Adds a frame to `summary`. */
export function addFrame(summary: Summary, meta: FrameMeta): void {
  summary.oldestMs = Math.min(summary.oldestMs ?? Infinity, meta.receivedMs);
  for (const rows of meta.rows) summary.rows += rows.count;
  const accepted = acceptedOf(meta.tally);
  summary.events += accepted;
  const key = JSON.stringify([meta.workspaceId, meta.source]);
  const known = summary.tallyBySource.get(key);
  if (known) {
    addTally(known.tally, meta.tally);
    known.events += accepted;
  } else {
    const tally = { ...meta.tally, rejected: { ...meta.tally.rejected } };
    summary.tallyBySource.set(key, { workspaceId: meta.workspaceId, source: meta.source, tally, events: accepted });
  }
}

function acceptedOf(tally: Tally): number {
  let accepted = tally.received - tally.duplicates;
  for (const reason in tally.rejected) accepted -= tally.rejected[reason] ?? 0;
  return accepted;
}

function addTally(sum: Tally, tally: Tally): void {
  sum.received += tally.received;
  sum.duplicates += tally.duplicates;
  for (const reason in tally.rejected) sum.rejected[reason] = (sum.rejected[reason] ?? 0) + (tally.rejected[reason] ?? 0);
}

/** A copy of the tallies of `summary`, which goes on changing. */
export function copyTallies(summary: Summary, segmentId: string): PendingTally[] {
  return [...summary.tallyBySource.values()].map(({ workspaceId, source, tally, events }) => ({
    segmentId,
    workspaceId,
    source,
    tally: { ...tally, rejected: { ...tally.rejected } },
    events,
  }));
}

/** The segment of `frames`: rows gathered by table and month as slices of the frames, nothing encoded again. */
export function sealedSegment(id: string, frames: readonly Frame[], sizeBytes: number): SealedSegment {
  const groups = new Map<string, SealedSegment['rows'][number]>();
  const touchedByWorkspace = new Map<string, Touched>();
  for (const frame of frames) {
    gatherRows(groups, frame);
    touch(touchedByWorkspace, frame.meta);
  }
  const touched = [...touchedByWorkspace];
  return {
    id,
    rows: [...groups.values()],
    tallies: [...summarize(frames).tallyBySource.values()],
    cells: touched.map(([workspaceId, { tables, hours }]) => ({ workspaceId, tables: [...tables], hours: [...hours] })),
    watermarks: touched.map(([workspaceId, { receivedMs }]) => ({ workspaceId, receivedMs })),
    keys: concatKeys(frames),
    sizeBytes,
  };
}

interface Touched {
  tables: Set<SpoolTable>;
  hours: Set<number>;
  receivedMs: number;
}

function touch(touchedByWorkspace: Map<string, Touched>, { workspaceId, rows, hours, receivedMs }: FrameMeta): void {
  let touched = touchedByWorkspace.get(workspaceId);
  if (!touched) touchedByWorkspace.set(workspaceId, (touched = { tables: new Set(), hours: new Set(), receivedMs: 0 }));
  for (const { table } of rows) touched.tables.add(table);
  for (const hour of hours) touched.hours.add(hour);
  touched.receivedMs = Math.max(touched.receivedMs, receivedMs);
}

function gatherRows(groups: Map<string, SealedSegment['rows'][number]>, { meta, payload }: Frame): void {
  let position = meta.keys * 8;
  for (const { table, month, count, sizeBytes } of meta.rows) {
    const bytes = payload.subarray(position, position + sizeBytes);
    position += sizeBytes;
    const group = groupOf(groups, table, month);
    group.to += count;
    group.bytes.push(bytes);
  }
}

function groupOf(groups: Map<string, SealedSegment['rows'][number]>, table: SpoolTable, month: number): SealedSegment['rows'][number] {
  const key = `${table} ${month}`;
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { table, month, from: 0, to: 0, bytes: [] }));
  return group;
}

function concatKeys(frames: readonly Frame[]): BigUint64Array {
  const keys = new BigUint64Array(frames.reduce((sum, { meta }) => sum + meta.keys, 0));
  let position = 0;
  for (const frame of frames) {
    keys.set(frameKeys(frame), position);
    position += frame.meta.keys;
  }
  return keys;
}
