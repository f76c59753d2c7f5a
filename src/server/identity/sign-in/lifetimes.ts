/** How long what sign-in hands out lives. */

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Days without use after which a session ends. */
export const idleDays = 7;
/** How long a session may live at most, however much it is used. */
export const longestSessionMs = 30 * dayMs;
/** How often the use of a session is noted. */
export const noteUseEveryMs = 5 * minuteMs;
/** How long a device is trusted with no second factor. */
export const trustMs = 30 * dayMs;
/** How long a sign-in waits for its second factor, or for a provider. */
export const waitMs = 10 * minuteMs;
/** How long after signing in somebody without a password may change how they sign in. */
export const freshMs = 10 * minuteMs;
/** How long a link for a new password can be used. */
export const resetMs = 60 * minuteMs;
