/** How safe a workspace is: its checklist, who came in and who was turned away, and what the watch does about what it sees. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** What the watch looks for. */
export const watchKinds = ['brute-force', 'far-too-soon', 'new-place', 'mass-export', 'beyond-habit', 'probing', 'sql-escape'] as const;
/** One of {@link watchKinds}. */
export type WatchKind = (typeof watchKinds)[number];

/**
 * What the watch may do, mildest first: `note` opens an incident and no more; `challenge` ends the sessions, so that the person
 * signs in again; `throttle` slows the subject down for an hour; `revoke` ends its sessions and keys; `lock` lets it in no more.
 */
export const responses = ['note', 'challenge', 'throttle', 'revoke', 'lock'] as const;
/** One of {@link responses}. */
export type Response = (typeof responses)[number];

/** What the watch looks for and does about it. */
export const watchSettings = z.strictObject(
  Object.fromEntries(watchKinds.map((kind) => [kind, z.strictObject({ isOn: z.boolean(), response: z.enum(responses) })])) as Record<
    WatchKind,
    z.ZodObject<{ isOn: z.ZodBoolean; response: z.ZodEnum<{ [R in Response]: R }> }>
  >,
);
/** A parsed {@link watchSettings}. */
export type WatchSettings = z.infer<typeof watchSettings>;

/** What holds until somebody says otherwise: nothing that a mistake could lock anybody out by. */
export const defaultWatchSettings: WatchSettings = {
  'brute-force': { isOn: true, response: 'throttle' },
  'far-too-soon': { isOn: true, response: 'challenge' },
  'new-place': { isOn: true, response: 'note' },
  'mass-export': { isOn: true, response: 'throttle' },
  'beyond-habit': { isOn: true, response: 'note' },
  probing: { isOn: true, response: 'throttle' },
  'sql-escape': { isOn: true, response: 'throttle' },
};

/** The settings of the watch. */
export const watchSettingsRoute = {
  method: 'GET',
  path: '/api/admin/security/watch',
  operation: 'watchSettings',
  summary: 'What the watch looks for, and what it does about it.',
  tag: 'security',
  access: 'incidents:read',
  answer: z.object({ settings: watchSettings }),
} as const satisfies Route;

/** Changes the settings of the watch. */
export const setWatchRoute = {
  method: 'PUT',
  path: '/api/admin/security/watch',
  operation: 'setWatch',
  summary: 'Says what the watch looks for, and what it does about it.',
  tag: 'security',
  access: 'workspace:manage',
  body: watchSettings,
  answer: z.object({ settings: watchSettings }),
} as const satisfies Route;

/** One line of the checklist. */
export const postureItem = z.object({
  id: z.string(),
  title: z.string(),
  /** `advice`: nothing is wrong, and it could be better */
  state: z.enum(['good', 'advice', 'bad']),
  /** what was found, with figures */
  finding: z.string(),
  /** what to do; null where all is well */
  action: z.string().nullable(),
});
/** A parsed {@link postureItem}. */
export type PostureItem = z.infer<typeof postureItem>;

const counts = z.object({
  signIns: z.number(),
  failedSignIns: z.number(),
  denials: z.number(),
  exports: z.number(),
  questions: z.number(),
});

/** How safe the workspace is. */
export const securityRoute = {
  method: 'GET',
  path: '/api/admin/security',
  operation: 'security',
  summary: 'The checklist of the workspace, and what was let in and turned away today and on each of the 14 days that end with it.',
  tag: 'security',
  access: 'incidents:read',
  answer: z.object({
    posture: z.array(postureItem),
    today: counts,
    /** oldest first; UTC days */
    days: z.array(counts.extend({ day: z.string() })),
    openIncidents: z.number(),
  }),
} as const satisfies Route;
