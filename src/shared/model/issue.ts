/** Says in one sentence what is wrong with a value that a schema refused, or that no schema should be asked about. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The first few issues of `error`, each with the place it concerns, such as `"metrics[0].aggregate": ...`. */
export function describeIssues(error: z.ZodError): string {
  const issues = error.issues.flatMap((issue) => narrowed(issue, []));
  const shown = issues.slice(0, 3).map(({ path, message }) => (path.length === 0 ? message : `"${place(path)}": ${message}`));
  return shown.join('; ') + (issues.length > 3 ? `; and ${issues.length - 3} more` : '');
}

/** An issue of a union says little: the issues of the alternative that fits best stand for it. */
function narrowed(issue: Issue, parent: readonly PropertyKey[]): { path: PropertyKey[]; message: string }[] {
  const path = [...parent, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const best = issue.errors.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
  return best.flatMap((inner) => narrowed(inner, path));
}

/** How far an alternative is from fitting: keys that are unknown or missing at its top weigh more than wrong values inside. */
function misfit(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
    return sum + (issue.path.length === 0 ? 100 : issue.path.length === 1 && issue.input === undefined ? 5 : 1);
  }, 0);
}

function place(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** Levels that a JSON value from outside may have. Deeper ones would exhaust the stack of the parser. */
export const mostLevels = 100;

/** Whether a JSON value has more than {@link mostLevels} levels. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostLevels) return true;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item).filter((inner) => typeof inner === 'object') : [],
    );
  }
  return false;
}
