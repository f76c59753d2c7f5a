/** Knows which methods each address answers, so that a wrong method is told apart from a wrong address. */
import type { FastifyInstance } from 'fastify';

/** The routes of a server, noted while they are registered. */
export class KnownRoutes {
  readonly #routes: { pattern: RegExp; methods: string[] }[] = [];

  /** Notes every route that `app` and its scopes get from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      this.#routes.push({ pattern: patternOf(url), methods: [method].flat() });
    });
  }

  /** Methods that `path` answers, sorted; none for an address that does not exist. */
  methodsAt(path: string): string[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}

/** As Fastify matches: `:name` is one segment, `*` is anything, a slash at the end does not matter. */
function patternOf(url: string): RegExp {
  const source = url
    .replace(/\/$/, '')
    .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/:\w+/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}/?$`);
}
