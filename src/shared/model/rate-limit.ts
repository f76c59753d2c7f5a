/** How often callers may call: what is counted, by whom, and what holds unless the operator says otherwise. */

/** What is counted, with the calls per minute that are allowed by default; 0 counts nothing. */
export const rateLimitDefaults = {
  /** calls of one signed-in person: a board of forty panels that is reloaded every two seconds */
  person: 1_200,
  /** calls of one API key or token that has no limit of its own; sending events is not counted */
  key: 6_000,
  /** calls of one address that shows no credentials */
  address: 600,
  /** exports of one caller */
  export: 10,
  /** backups, verifications and their like, of one caller */
  expensive: 6,
  /** tries of one address to sign in, sign up or get a new password */
  'sign-in': 20,
  /** tries for one account, from wherever they come */
  account: 10,
  /** calls of one address with keys or tokens that are not valid */
  failure: 60,
} as const;

/** One of {@link rateLimitDefaults}. */
export type RateLimitName = keyof typeof rateLimitDefaults;
/** Calls per minute by what is counted. */
export type RateLimitSettings = Readonly<Record<RateLimitName, number>>;
/** What a route may be counted as, besides what counts for every route. `none`: the route is not counted at all. */
export type RouteLimit = 'none' | 'export' | 'expensive' | 'sign-in';
