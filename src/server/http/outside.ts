/** Answers about tokens of other applications. */
import { deleteOutsideRoute, outsideRoute, setOutsideRoute, type OutsideAnswer } from '../../shared/contract/outside.ts';
import type { OutsideSettings, OutsideState } from '../identity/tokens/outside-settings.ts';
import { assertRule } from '../query/policy/rule.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/outside.ts. */
export function outsideRoutes(settings: OutsideSettings): RouteBinding[] {
  return [
    bindRoute(outsideRoute, async ({ principal }) => {
      const state = await settings.read(principal.workspaceId);
      return { outside: state === null ? null : outsideAnswerOf(state) };
    }),
    bindRoute(setOutsideRoute, async ({ principal, body, note }) => {
      const { algorithm, issuer, audience, claims, seesAll, permissions } = body;
      note({ detail: { algorithm, issuer, audience, claims, seesAll, permissions } });
      // A filter that no question could be asked with would let its holders see nothing but errors.
      assertRule({ rows: body.claims.map(({ field }) => ({ field, exists: true })), masks: [] });
      return { outside: outsideAnswerOf(await settings.set(principal, body)) };
    }),
    bindRoute(deleteOutsideRoute, ({ principal }) => settings.remove(principal)),
  ];
}

function outsideAnswerOf({ algorithm, jwksUrl, issuer, audience, claims, seesAll, permissions, changedMs }: OutsideState): OutsideAnswer {
  return { algorithm, jwksUrl, issuer, audience, claims, seesAll, permissions, changedAt: new Date(changedMs).toISOString() };
}
