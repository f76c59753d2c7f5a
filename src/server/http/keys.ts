/** Answers about the keys of a workspace. */
import { createKeyRoute, keysRoute, revokeKeyRoute, writeKeyRoute, type KeyAnswer } from '../../shared/contract/keys.ts';
import type { ScopeName } from '../../shared/model/permission.ts';
import type { Identity } from '../identity/identity.ts';
import type { Key } from '../identity/keys/store.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/keys.ts. */
export function keyRoutes(identity: Identity): RouteBinding[] {
  return [
    bindRoute(keysRoute, async ({ principal }) => ({ keys: (await identity.listKeys(principal.workspaceId)).map(keyAnswerOf) })),
    bindRoute(createKeyRoute, async ({ principal, body, reply }) => {
      const { key, secret } = await identity.createKey(principal.workspaceId, body.kind, body.name, body.scopes as ScopeName[]);
      reply.code(201);
      return { key: keyAnswerOf(key), secret };
    }),
    bindRoute(revokeKeyRoute, ({ principal, params }) => identity.revokeKey(principal.workspaceId, params.id)),
    bindRoute(writeKeyRoute, async ({ principal }) => ({ writeKey: await identity.maybeWriteKey(principal.workspaceId) })),
  ];
}

function keyAnswerOf({ id, kind, name, prefix, scopes, createdMs, revokedMs, lastUsedMs }: Key): KeyAnswer {
  return {
    id,
    kind,
    name,
    prefix,
    scopes,
    role: null,
    isLimited: false,
    expiresAt: null,
    callsPerMinute: null,
    origins: [],
    addresses: [],
    createdAt: isoOf(createdMs),
    createdBy: null,
    revokedAt: revokedMs === null ? null : isoOf(revokedMs),
    lastUsedAt: lastUsedMs === null ? null : isoOf(lastUsedMs),
    lastUsedFrom: null,
    overlapEndsAt: null,
  };
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
