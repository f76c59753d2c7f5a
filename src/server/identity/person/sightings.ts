/** Notes when members were last seen in a workspace, to five minutes, behind the calls that show it. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { touchMember } from '../members/grants.ts';

const noteEveryMs = 300_000;

/** Who was seen. */
export interface Sightings {
  /** `knownMs`: when the catalog last heard of it */
  note(workspaceId: string, personId: string, knownMs: number | null): void;
  /** Resolves when the last note is written. */
  settle(): Promise<void>;
}

/** Sightings kept in the catalog, one after the other; one that cannot be written is lost, and the next one tells the same. */
export function createSightings({ db, clock, log }: { db: CatalogDatabase; clock: Clock; log: Log }): Sightings {
  const notedMsByMember = new Map<string, number>();
  let writing = Promise.resolve();
  return {
    note: (workspaceId, personId, knownMs) => {
      const nowMs = clock.now();
      const member = `${workspaceId} ${personId}`;
      if (nowMs - (notedMsByMember.get(member) ?? knownMs ?? -Infinity) < noteEveryMs) return;
      notedMsByMember.set(member, nowMs);
      writing = writing
        .then(() => touchMember(db, workspaceId, personId, nowMs))
        .catch((error: unknown) => log.debug({ err: error, person: personId }, 'could not note that a member was seen'));
    },
    settle: () => writing,
  };
}
