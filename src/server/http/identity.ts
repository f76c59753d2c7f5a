/** Answers who is signed in, the one-time sign-up, and the keys of a workspace. */
import type { FastifyReply } from 'fastify';
import {
  createKeyRoute,
  keysRoute,
  revokeKeyRoute,
  sessionRoute,
  signUpRoute,
  writeKeyRoute,
  type KeyAnswer,
} from '../../shared/contract/identity.ts';
import type { Identity } from '../identity/identity.ts';
import type { Key } from '../identity/keys/store.ts';
import { webHeaders } from './access.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/identity.ts. */
export function identityRoutes(identity: Identity): RouteBinding[] {
  return [
    bindRoute(sessionRoute, async ({ request, reply }) => {
      const { session, setCookies } = await identity.readSession(webHeaders(request));
      setAll(reply, setCookies);
      return { session, hasOwner: session !== null || (await identity.hasOwner()) };
    }),
    bindRoute(signUpRoute, async ({ body: { token, ...applicant }, request, reply }) => {
      const { session, setCookies } = await identity.signUp(token, applicant, request.ip);
      setAll(reply, setCookies);
      return { session, hasOwner: true };
    }),
    bindRoute(keysRoute, async ({ principal }) => ({ keys: (await identity.listKeys(principal.workspaceId)).map(keyAnswerOf) })),
    bindRoute(createKeyRoute, async ({ principal, body, reply }) => {
      const { key, secret } = await identity.createKey(principal.workspaceId, body.kind, body.name, body.scopes);
      reply.code(201);
      return { key: keyAnswerOf(key), secret };
    }),
    bindRoute(revokeKeyRoute, ({ principal, params }) => identity.revokeKey(principal.workspaceId, params.id)),
    bindRoute(writeKeyRoute, async ({ principal }) => ({ writeKey: await identity.maybeWriteKey(principal.workspaceId) })),
  ];
}

function setAll(reply: FastifyReply, setCookies: readonly string[]): void {
  if (setCookies.length > 0) reply.header('set-cookie', [...setCookies]);
}

function keyAnswerOf({ id, kind, name, prefix, scopes, createdMs, revokedMs, lastUsedMs }: Key): KeyAnswer {
  return {
    id,
    kind,
    name,
    prefix,
    scopes,
    createdAt: isoOf(createdMs),
    revokedAt: revokedMs === null ? null : isoOf(revokedMs),
    lastUsedAt: lastUsedMs === null ? null : isoOf(lastUsedMs),
  };
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
