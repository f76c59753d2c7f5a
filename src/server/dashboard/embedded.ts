/** What the holder of an embed token may see of dashboards: decided here alone, for HTTP and for live. */
import type { Panel } from '../../shared/contract/dashboards.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Query } from '../../shared/model/query.ts';
import { orderedText } from '../../shared/model/ordered-text.ts';
import type { EmbedLimits, Principal } from '../identity/principal.ts';
import type { Dashboard } from './store.ts';

/** The panels of `dashboard`, as it is now, that a token with `limits` shows; none of a dashboard that it does not name. */
export function embeddedPanels({ dashboards, panels }: EmbedLimits, dashboard: Dashboard): Panel[] {
  if (!dashboards.includes(dashboard.id)) return [];
  return panels === null ? dashboard.panels : dashboard.panels.filter((panel) => panels.includes(panel.id));
}

/** `dashboard` as `principal` may see it; null when it may not. */
export function maybeSeen({ workspaceId, embed }: Principal, dashboard: Dashboard): Dashboard | null {
  if (dashboard.workspaceId !== workspaceId) return null;
  if (embed === undefined) return dashboard;
  return embed.dashboards.includes(dashboard.id) ? { ...dashboard, panels: embeddedPanels(embed, dashboard) } : null;
}

/** The texts of all queries that a token with `limits` may ask while `dashboards` are as they are. */
export function embeddedQueries(limits: EmbedLimits, dashboards: readonly Dashboard[]): ReadonlySet<string> {
  return new Set(dashboards.flatMap((dashboard) => embeddedPanels(limits, dashboard)).map((panel) => orderedText(panel.query)));
}

/** @throws FORBIDDEN when `query` is not one of `allowed` to the letter */
export function assertEmbedded(allowed: ReadonlySet<string>, query: Query): void {
  if (allowed.has(orderedText(query))) return;
  throw new Problem('FORBIDDEN', 'This embed token is for the queries of its panels alone, exactly as its dashboards have them.');
}
