/** Answers about embed tokens: how they are signed, and one to look at. */
import {
  deleteEmbedSecretRoute,
  embedRoute,
  rotateEmbedSecretRoute,
  setEmbedRoute,
  signEmbedTokenRoute,
  type EmbedAnswer,
  type EmbedClaims,
} from '../../shared/contract/embed.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Dashboards } from '../dashboard/dashboards.ts';
import type { EmbedKeys, EmbedSettings, EmbedState } from '../identity/tokens/embed-settings.ts';
import { signEmbedToken } from '../identity/tokens/embed-token.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import { assertRule } from '../query/policy/rule.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of embed tokens need. */
export interface EmbedRouteParts {
  settings: EmbedSettings;
  keysOf: (workspaceId: string) => Promise<EmbedKeys>;
  dashboards: Dashboards;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The routes of src/shared/contract/embed.ts. */
export function embedRoutes(parts: EmbedRouteParts): RouteBinding[] {
  const { settings, keysOf, dashboards, clock, randomBytes } = parts;
  return [
    bindRoute(embedRoute, async ({ principal }) => ({ embed: embedAnswerOf(await settings.read(principal.workspaceId)) })),
    bindRoute(rotateEmbedSecretRoute, async ({ principal, body, note }) => {
      note({ detail: { overlapHours: body.overlapHours } });
      const { state, secret } = await settings.rotateSecret(principal, body.overlapHours);
      return { embed: embedAnswerOf(state), secret };
    }),
    bindRoute(deleteEmbedSecretRoute, ({ principal }) => settings.deleteSecret(principal)),
    bindRoute(setEmbedRoute, async ({ principal, body, note }) => {
      note({ detail: { ...body } });
      return { embed: embedAnswerOf(await settings.change(principal, body)) };
    }),
    bindRoute(signEmbedTokenRoute, async ({ principal, body: { expiresInSeconds, ...claims }, note }) => {
      note({ detail: { dashboards: claims.dashboards, panels: claims.panels ?? null, expiresInSeconds } });
      assertRule({ rows: claims.rows ?? [], masks: claims.masks ?? [] });
      await assertThere(dashboards, principal, claims);
      const signing = { nowMs: clock.now(), expiresInSeconds, randomBytes };
      const { token, expiresMs } = await signEmbedToken(principal, await keysOf(principal.workspaceId), claims, signing);
      return { token, expiresAt: new Date(expiresMs).toISOString() };
    }),
  ];
}

/** @throws NOT_FOUND for a dashboard, or a panel of these dashboards, that is not there */
async function assertThere(dashboards: Dashboards, principal: Principal, claims: EmbedClaims): Promise<void> {
  const known = new Set<string>();
  for (const id of claims.dashboards) for (const panel of (await dashboards.read(principal, id)).panels) known.add(panel.id);
  const missing = claims.panels?.find((id) => !known.has(id));
  if (missing !== undefined) throw new Problem('NOT_FOUND', `None of these dashboards has a panel "${missing}".`);
}

function embedAnswerOf({ workspaceId, secretMadeMs, secretPrefix, previousUntilMs, jwksUrl, frameOrigins }: EmbedState): EmbedAnswer {
  const isoOf = (instantMs: number | null) => (instantMs === null ? null : new Date(instantMs).toISOString());
  return { workspaceId, secretMadeAt: isoOf(secretMadeMs), secretPrefix, overlapEndsAt: isoOf(previousUntilMs), jwksUrl, frameOrigins };
}
