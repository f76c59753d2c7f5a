/** How much something matters, from what is good to know to what somebody should act upon now. */

/** From the least to the most severe. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;
/** One of {@link severities}. */
export type Severity = (typeof severities)[number];

/** Below, at, or above 0 as `a` is less, as, or more severe than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severities.indexOf(a) - severities.indexOf(b);
}
