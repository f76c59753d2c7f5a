/** Takes back what an import stored: its ids may come again, its events go, and who keeps answers is told. */
import type { CommitListener } from '../ports/accepted.ts';
import type { IdWindow } from '../ports/spool.ts';

/** What undoing works with. */
export interface UndoParts {
  idWindow: Pick<IdWindow, 'forget'>;
  /** ids of the stored events of an import, in batches */
  importedIds(workspaceId: string, importId: string): AsyncIterable<string[]>;
  /** deletes the stored events and dead letters of an import; answers how many events there were, and in which UTC hours */
  deleteImport(workspaceId: string, importId: string): Promise<{ count: number; hours: number[] }>;
  /** told which events went, so that answers and the catalog follow */
  announceRemoval(removal: { workspaceId: string; count: number; hours: number[] }): Promise<void>;
  announce: CommitListener;
}

/**
 * Deletes the stored events of an import and answers how many there were. The ids are forgotten first: a crash in between leaves
 * events that a second call deletes, while ids of deleted events could not be found any more.
 */
export async function deleteImported(parts: UndoParts, workspaceId: string, importId: string): Promise<number> {
  for await (const ids of parts.importedIds(workspaceId, importId)) await parts.idWindow.forget(workspaceId, ids);
  const { count, hours } = await parts.deleteImport(workspaceId, importId);
  await parts.announceRemoval({ workspaceId, count, hours });
  parts.announce({ workspaceId, dataset: 'dead_letters', hours: null, watermarkMs: 0 });
  return count;
}
