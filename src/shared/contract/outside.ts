/** Tokens that another application signs for its own users, and what those may see here. */
import { z } from 'zod';
import { permissionSchema } from './roles.ts';
import { scopeBundles } from './keys.ts';
import type { Route } from './route.ts';

/** How such tokens may be signed. */
export const outsideAlgorithms = ['HS256', 'RS256', 'ES256'] as const;
/** One of {@link outsideAlgorithms}. */
export type OutsideAlgorithm = (typeof outsideAlgorithms)[number];

/** Characters of a shared secret. 32 random ones are well; with fewer than 16 one token would be enough to guess it. */
export const outsideSecretLength = { min: 16, max: 512 } as const;

const claimName = z.string().min(1).max(100);
const claimValue = z.union([z.string().max(200), z.number(), z.boolean()]);

const claimFilter = z.strictObject({
  /** `client_id`, or a path with dots where no claim has that very name: `app.client` */
  claim: claimName,
  /** the field of events that must be one of the values of the claim */
  field: z.string().min(1).max(512),
});

const grant = z.union([z.enum(scopeBundles), permissionSchema]);

const shared = {
  /** `iss` that a token must have; null: any */
  issuer: z.string().min(1).max(300).nullable().default(null),
  /** `aud` that a token must have; null: any */
  audience: z.string().min(1).max(300).nullable().default(null),
  /** each becomes a row filter; a token without the claim is refused */
  claims: z.array(claimFilter).min(1).max(10),
  /** tokens with this claim see every row, whatever the filters say: operators of the other application */
  seesAll: z
    .strictObject({ claim: claimName, is: z.array(claimValue).min(1).max(20) })
    .nullable()
    .default(null),
  /** bundles and permissions */
  permissions: z.array(grant).min(1).max(100).default(['ask']),
};

const byJwks = {
  /** where the public keys are; called through the guarded way out */
  jwksUrl: z.url({ protocol: /^https?$/ }).max(500),
};

/** Body of {@link setOutsideRoute}. */
export const outsideBody = z.discriminatedUnion('algorithm', [
  z.strictObject({
    algorithm: z.literal('HS256'),
    /** the secret shared with the application; never shown again; not given: the one before stays */
    secret: z.string().min(outsideSecretLength.min).max(outsideSecretLength.max).optional(),
    ...shared,
  }),
  z.strictObject({ algorithm: z.literal('RS256'), ...byJwks, ...shared }),
  z.strictObject({ algorithm: z.literal('ES256'), ...byJwks, ...shared }),
]);
/** A parsed {@link outsideBody}. */
export type OutsideBody = z.output<typeof outsideBody>;

/** What is set up, without the secret. */
export const outsideAnswer = z.object({
  algorithm: z.enum(outsideAlgorithms),
  jwksUrl: z.string().nullable(),
  issuer: z.string().nullable(),
  audience: z.string().nullable(),
  claims: z.array(claimFilter),
  seesAll: z.object({ claim: z.string(), is: z.array(claimValue) }).nullable(),
  permissions: z.array(grant),
  changedAt: z.string(),
});
/** A parsed {@link outsideAnswer}. */
export type OutsideAnswer = z.infer<typeof outsideAnswer>;

/** Reads how tokens of another application are taken. */
export const outsideRoute = {
  method: 'GET',
  path: '/api/admin/outside',
  operation: 'outside',
  summary: 'How tokens of another application are taken, without the secret; null: they are not.',
  tag: 'keys',
  access: 'workspace:manage',
  answer: z.object({ outside: outsideAnswer.nullable() }),
} as const satisfies Route;

/** Says how tokens of another application are taken. Those that the setting does not let in any more end at once. */
export const setOutsideRoute = {
  method: 'PUT',
  path: '/api/admin/outside',
  operation: 'setOutside',
  summary: 'Says how tokens of another application are taken; each claim named becomes a row filter.',
  tag: 'keys',
  access: 'workspace:manage',
  body: outsideBody,
  answer: z.object({ outside: outsideAnswer }),
} as const satisfies Route;

/** Takes such tokens no more. */
export const deleteOutsideRoute = {
  method: 'DELETE',
  path: '/api/admin/outside',
  operation: 'deleteOutside',
  summary: 'Takes tokens of another application no more; their open sockets end.',
  tag: 'keys',
  access: 'workspace:manage',
} as const satisfies Route;
