/** Tells every connected client whether what it sees is live. */
import type { LiveStatus } from '../../shared/contract/live.ts';
import type { WarehouseHealth } from '../ports/warehouse.ts';

/** Commits come every 0.3 to 2 s: events that have waited longer than this mean that the warehouse is behind. */
const behindMs = 5_000;

/** A change of the lag that is worth a message to everybody. */
const newsMs = 2_000;

/** The state of the pipeline of one workspace. */
export function liveStatus(health: WarehouseHealth['state'], lagMs: number): LiveStatus {
  if (health !== 'ready') {
    const reason =
      health === 'starting'
        ? 'The warehouse is starting. Events are taken in; answers follow.'
        : 'The warehouse is down and is being restarted. Events are taken in and kept; answers follow.';
    return { state: 'degraded', freshnessMs: lagMs, reason };
  }
  if (lagMs > behindMs) {
    return { state: 'catching-up', freshnessMs: lagMs, reason: 'More events arrived than the warehouse has taken so far.' };
  }
  return { state: 'live', freshnessMs: lagMs };
}

/** Remembers what each workspace was told, and says whether there is something new to tell. */
export class StatusTeller {
  readonly #told = new Map<string, LiveStatus>();

  /** Takes note of the first status that somebody of a workspace is told; returns it. */
  begin(workspaceId: string, status: LiveStatus): LiveStatus {
    if (!this.#told.has(workspaceId)) this.#told.set(workspaceId, status);
    return status;
  }

  /** Whether clients must hear `status`: the state changed, or it is not live and the lag has moved. */
  isNews(workspaceId: string, status: LiveStatus): boolean {
    const told = this.#told.get(workspaceId);
    const isSame = told !== undefined && told.state === status.state;
    if (isSame && (status.state === 'live' || Math.abs(told.freshnessMs - status.freshnessMs) < newsMs)) return false;
    this.#told.set(workspaceId, status);
    return true;
  }

  /** Forgets workspaces that nobody is connected to. */
  keepOnly(workspaceIds: ReadonlySet<string>): void {
    for (const workspaceId of this.#told.keys()) if (!workspaceIds.has(workspaceId)) this.#told.delete(workspaceId);
  }
}
