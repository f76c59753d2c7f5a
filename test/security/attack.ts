/** One try against a server: a call of a route as somebody. */
import type { Route } from '../../src/shared/contract/route.ts';

/** What a route is called with. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** As whom. */
export type As = Record<string, string>;

/** What came back. */
export interface Outcome {
  status: number;
  code: string | null;
  text: string;
  headers: Headers;
}

/** Calls `route` of the server at `url` with `sample`, under the headers `as`. */
export async function tryRoute(url: string, route: Pick<Route, 'method' | 'path'>, sample: Sample, as: As): Promise<Outcome> {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(sample.params?.[name] ?? 'none'));
  const query = sample.query === undefined ? '' : `?${new URLSearchParams(sample.query)}`;
  const hasBody = route.method !== 'GET' && sample.body !== undefined;
  const response = await fetch(`${url}${path}${query}`, {
    method: route.method,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...sample.headers, ...as },
    ...(hasBody ? { body: typeof sample.body === 'string' ? sample.body : JSON.stringify(sample.body) } : {}),
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, code: codeOf(text), text, headers: response.headers };
}

function codeOf(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
