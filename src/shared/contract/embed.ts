/** Signed embed tokens: how a workspace signs them, and one made here for a look (normative text: docs/formats/embed.md). */
import { z } from 'zod';
import { maskSchema } from '../model/policy.ts';
import { conditionSchema } from '../model/query.ts';
import { longestOverlapHours } from './keys.ts';
import type { Route } from './route.ts';

/** `aud` of every embed token. */
export const embedAudience = 'bellwether:embed';
/** Seconds that an embed token may live. */
export const longestEmbedSeconds = 24 * 3_600;

const ids = z.array(z.string().min(1).max(64)).min(1);
const origin = z
  .string()
  .max(200)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, { message: 'must be an origin, such as https://app.example.com' });

/** What an embed token lets be seen; beside them come `aud`, `ws`, `exp` and the like. */
export const embedClaims = z.object({
  /** ids of dashboards */
  dashboards: ids.max(50),
  /** ids of panels; without it all panels of these dashboards */
  panels: ids.max(200).optional(),
  /** filters on events, beside those that hold anyway */
  rows: z.array(conditionSchema).max(50).optional(),
  /** masks on events */
  masks: z.array(maskSchema).max(50).optional(),
  /** the only page that may use the token */
  origin: origin.optional(),
});
/** A parsed {@link embedClaims}. */
export type EmbedClaims = z.output<typeof embedClaims>;

/** How a workspace signs its embed tokens. */
export const embedAnswer = z.object({
  /** the `ws` of tokens of this workspace */
  workspaceId: z.string(),
  /** when the secret for HS256 was made; null: there is none */
  secretMadeAt: z.string().nullable(),
  /** its first characters */
  secretPrefix: z.string().nullable(),
  /** until then the secret before works too; null: it does not */
  overlapEndsAt: z.string().nullable(),
  /** where the public keys for RS256 and ES256 are; null: such tokens are refused */
  jwksUrl: z.string().nullable(),
  /** pages that may show panels in a frame; none: only our own */
  frameOrigins: z.array(z.string()),
});
/** A parsed {@link embedAnswer}. */
export type EmbedAnswer = z.infer<typeof embedAnswer>;

/** How embed tokens are signed. */
export const embedRoute = {
  method: 'GET',
  path: '/api/admin/embed',
  operation: 'embed',
  summary: 'How embed tokens of the workspace are signed, and which pages may show panels in a frame.',
  tag: 'keys',
  access: 'keys:read',
  answer: z.object({ embed: embedAnswer }),
} as const satisfies Route;

/** Makes a secret for HS256, or a new one. */
export const rotateEmbedSecretRoute = {
  method: 'POST',
  path: '/api/admin/embed/secret',
  operation: 'rotateEmbedSecret',
  summary: 'Makes a new secret for embed tokens, shown this once; the one before works until the overlap ends.',
  tag: 'keys',
  access: 'keys:manage',
  body: z.strictObject({ overlapHours: z.number().min(0).max(longestOverlapHours).default(24) }),
  answer: z.object({ embed: embedAnswer, secret: z.string() }),
} as const satisfies Route;

/** Takes the secret away: every token signed with it is refused at once. */
export const deleteEmbedSecretRoute = {
  method: 'DELETE',
  path: '/api/admin/embed/secret',
  operation: 'deleteEmbedSecret',
  summary: 'Takes the secret for embed tokens away; every token signed with it is refused at once.',
  tag: 'keys',
  access: 'keys:manage',
} as const satisfies Route;

/** Changes where public keys are, and which pages may show panels in a frame; what is not given stays. */
export const setEmbedRoute = {
  method: 'PUT',
  path: '/api/admin/embed',
  operation: 'setEmbed',
  summary: 'Says where the public keys of embed tokens are, and which pages may show panels in a frame.',
  tag: 'keys',
  access: 'keys:manage',
  body: z.strictObject({
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .nullable()
      .optional(),
    frameOrigins: z.array(origin).max(50).optional(),
  }),
  answer: z.object({ embed: embedAnswer }),
} as const satisfies Route;

/** Signs an embed token, for a look at what its holder would see. It shows at most what its maker may see. */
export const signEmbedTokenRoute = {
  method: 'POST',
  path: '/api/analytics/embed-tokens',
  operation: 'signEmbedToken',
  summary: 'Signs an embed token for a look at it; it shows at most what its maker may see.',
  tag: 'dashboards',
  access: 'dashboards:share',
  body: z.strictObject({ ...embedClaims.shape, expiresInSeconds: z.int().min(60).max(longestEmbedSeconds).default(3_600) }),
  answer: z.object({ token: z.string(), expiresAt: z.string() }),
} as const satisfies Route;
