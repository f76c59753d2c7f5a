/** Answers how safe a workspace is, and what the watch looks for. */
import { securityRoute, setWatchRoute, watchSettingsRoute } from '../../shared/contract/security.ts';
import { noEntries, type AuditTally } from '../audit/read/tally.ts';
import type { Clock } from '../ports/clock.ts';
import { postureOf, type PostureFacts } from '../watch/posture.ts';
import type { Watch } from '../watch/watch.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of security need. */
export interface SecurityRouteParts {
  watch: Pick<Watch, 'settings' | 'setSettings'>;
  facts(workspaceId: string): Promise<PostureFacts>;
  /** by UTC day since 1970 */
  tallies(workspaceId: string, fromMs: number): Promise<ReadonlyMap<number, AuditTally>>;
  clock: Clock;
}

const dayMs = 86_400_000;
const daysShown = 14;

/** The routes of src/shared/contract/security.ts. */
export function securityRoutes({ watch, facts, tallies, clock }: SecurityRouteParts): RouteBinding[] {
  return [
    bindRoute(securityRoute, async ({ principal: { workspaceId } }) => {
      const today = Math.floor(clock.now() / dayMs);
      const first = today - daysShown + 1;
      const [known, byDay] = await Promise.all([facts(workspaceId), tallies(workspaceId, first * dayMs)]);
      const days = Array.from({ length: daysShown }, (_, i) => ({
        day: new Date((first + i) * dayMs).toISOString().slice(0, 10),
        ...(byDay.get(first + i) ?? noEntries()),
      }));
      return { posture: postureOf(known), today: byDay.get(today) ?? noEntries(), days, openIncidents: known.openIncidents };
    }),
    bindRoute(watchSettingsRoute, async ({ principal: { workspaceId } }) => ({ settings: await watch.settings(workspaceId) })),
    bindRoute(setWatchRoute, async ({ principal: { workspaceId }, body, note }) => {
      await watch.setSettings(workspaceId, body);
      note({ detail: { settings: body } });
      return { settings: body };
    }),
  ];
}
