/** Answers about the keys of a workspace, and about the personal tokens of whoever asks. */
import {
  changeKeyRoute,
  createKeyRoute,
  createTokenRoute,
  keysRoute,
  revokeKeyRoute,
  revokeTokenRoute,
  rotateKeyRoute,
  tokensRoute,
  writeKeyRoute,
  type KeyAnswer,
  type TokenAnswer,
} from '../../shared/contract/keys.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { PersonalTokens } from '../identity/keys/personal-tokens.ts';
import type { PersonalToken } from '../identity/keys/token-store.ts';
import type { ListedKey, WorkspaceKeys } from '../identity/keys/workspace-keys.ts';
import type { Principal } from '../identity/principal.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of keys need. */
export interface KeyRouteParts {
  keys: WorkspaceKeys;
  tokens: PersonalTokens;
}

/** The routes of src/shared/contract/keys.ts. */
export function keyRoutes({ keys, tokens }: KeyRouteParts): RouteBinding[] {
  return [
    bindRoute(keysRoute, async ({ principal }) => ({ keys: (await keys.list(principal.workspaceId)).map(keyAnswerOf) })),
    bindRoute(createKeyRoute, async ({ principal, body, reply, note }) => {
      const { key, secret } = await keys.create(principal, body);
      const { kind, scopes, roleId: role } = key;
      note({ target: { kind: 'key', id: key.id }, detail: { kind, scopes, role } });
      reply.code(201);
      return { key: keyAnswerOf(key), secret };
    }),
    bindRoute(changeKeyRoute, async ({ principal, params, body, note }) => {
      note({ detail: { changed: Object.keys(body) } });
      return { key: keyAnswerOf(await keys.change(principal, params.id, body)) };
    }),
    bindRoute(rotateKeyRoute, async ({ principal, params, body, note }) => {
      note({ detail: { overlapHours: body.overlapHours } });
      const { key, secret } = await keys.rotate(principal, params.id, body.overlapHours);
      return { key: keyAnswerOf(key), secret };
    }),
    bindRoute(revokeKeyRoute, ({ principal, params }) => keys.revoke(principal.workspaceId, params.id)),
    bindRoute(writeKeyRoute, async ({ principal }) => ({
      // Shown only to those who could make one.
      writeKey: principal.permissions.has('events:write') ? await keys.maybeWriteKey(principal.workspaceId) : null,
    })),
    bindRoute(tokensRoute, async ({ principal }) => ({ tokens: (await tokens.list(personOf(principal))).map(tokenAnswerOf) })),
    bindRoute(createTokenRoute, async ({ principal, body, reply, note }) => {
      const { token, secret } = await tokens.create(principal, body);
      note({ target: { kind: 'token', id: token.id }, detail: { scopes: token.scopes } });
      reply.code(201);
      return { token: tokenAnswerOf(token), secret };
    }),
    bindRoute(revokeTokenRoute, ({ principal, params }) => tokens.revoke(personOf(principal), params.id)),
  ];
}

function personOf({ personId }: Principal): string {
  if (personId === undefined) throw new Problem('FORBIDDEN', 'Personal tokens are for people.');
  return personId;
}

function keyAnswerOf(key: ListedKey): KeyAnswer {
  const { id, kind, name, prefix, scopes, role, callsPerMinute, origins, addresses, maker, makerName } = key;
  return {
    id,
    kind,
    name,
    prefix,
    scopes,
    role,
    isLimited: Object.keys(key.rules).length > 0 || key.hasRoleRules,
    expiresAt: maybeIso(key.expiresMs),
    callsPerMinute,
    origins,
    addresses,
    createdAt: isoOf(key.createdMs),
    createdBy: maker === null ? null : { id: maker.id, name: makerName ?? maker.id },
    revokedAt: maybeIso(key.revokedMs),
    lastUsedAt: maybeIso(key.lastUsedMs),
    lastUsedFrom: key.lastUsedFrom,
    overlapEndsAt: maybeIso(key.previousUntilMs),
  };
}

function tokenAnswerOf({
  id,
  name,
  prefix,
  scopes,
  workspaceId,
  createdMs,
  expiresMs,
  lastUsedMs,
  lastUsedFrom,
}: PersonalToken): TokenAnswer {
  const uses = { lastUsedAt: maybeIso(lastUsedMs), lastUsedFrom };
  return { id, name, prefix, scopes, workspaceId, createdAt: isoOf(createdMs), expiresAt: maybeIso(expiresMs), ...uses };
}

function maybeIso(instantMs: number | null): string | null {
  return instantMs === null ? null : isoOf(instantMs);
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
